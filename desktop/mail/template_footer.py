"""What stands below every letter to many, whoever wrote it: from whom, why, and how to say no.

16 CFR 316.5 and 15 USC 7704(a)(3), (a)(5): a postal address, a way out, that it is advertising;
45 CFR 164.508(a)(3)(ii): that somebody else pays; 45 CFR 164.514(f)(2)(ii): a way out of asking
for gifts. Templates cannot leave it out.
"""

from __future__ import annotations

from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.models.purposes import BASES, MailPurpose
from desktop.texts import Texts, clean

PAYER_CHARS = 120


@dataclass(frozen=True)
class Imprint:
    """From whom. `mail_hours` is when somebody reads mail, in the words of the letter's language."""

    practice: str
    address: str = ""
    phone: str = ""
    mail_hours: str = ""
    payer: str = ""


def footer(purpose: MailPurpose, imprint: Imprint, language: str) -> tuple[str, ...]:
    """Lines of plain text.

    Raises InputError `template-needs-address` and `template-needs-payer` where the purpose asks for
    what is not known.
    """
    say, basis = Texts(language).say, BASES[purpose]
    if basis.commercial and not imprint.address.strip():
        raise InputError("template-needs-address")
    if purpose is MailPurpose.PAID and not imprint.payer.strip():
        raise InputError("template-needs-payer")
    practice = clean(imprint.practice)
    lines = [", ".join(clean(part) for part in (practice, imprint.address, imprint.phone) if part.strip())]
    if basis.authorized:
        lines.append(say("mail.footer.why-asked", practice=practice))
    else:
        lines.append(say("mail.footer.why-patient", practice=practice))
    if purpose is MailPurpose.PAID:
        lines.append(say("mail.footer.paid", payer=clean(imprint.payer, PAYER_CHARS)))
    if basis.authorized:
        lines.append(say("mail.footer.advertising"))
    if basis.commercial:
        lines.append(say("mail.footer.gifts" if purpose is MailPurpose.FUNDRAISING else "mail.footer.stop"))
    hours = clean(imprint.mail_hours)
    lines.append(say("mail.footer.read", hours=hours) if hours else say("mail.footer.read-usual"))
    lines.append(say("mail.footer.emergency"))
    return tuple(lines)
