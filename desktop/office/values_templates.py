"""Values of the door about templates; nothing heavy."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime

from desktop.frozen import dataclass
from desktop.models.campaigning import KeptPicture, TemplateId
from desktop.models.purposes import MailPurpose
from desktop.models.records import PersonId, Reason
from desktop.models.standing import AuthorizationId, FieldClass
from desktop.office.values_letter_shown import LetterShown


@dataclass(frozen=True)
class TemplateLine:
    """One template of the library; `citation` is what its purpose rests on."""

    code: str
    group: str
    purpose: MailPurpose
    citation: str
    languages: tuple[str, ...]
    visit: bool
    """Whether it is about one visit."""


@dataclass(frozen=True)
class TemplateFinding:
    """`stops`: it cannot be used before this is mended."""

    reason: Reason
    stops: bool


@dataclass(frozen=True)
class TemplateRequest:
    """A template as text (`subject:` line, perhaps `preview:` line, an empty line, the body)."""

    text: str = field(repr=False)
    language: str = "en"
    purpose: MailPurpose = MailPurpose.TREATMENT
    values: dict[str, str] = field(default_factory=dict, repr=False)
    """Of its fields, for one person; of the practice too, `mail_hours` and `payer` among them."""


@dataclass(frozen=True)
class TemplateRendered:
    """One letter. Where a field is `missing`, nothing is rendered."""

    subject: str = field(repr=False)
    html: str = field(repr=False)
    text: str = field(repr=False)
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class TemplateWords:
    """What a template says in one language, as its writer wrote it."""

    subject: str = field(repr=False)
    body: str = field(repr=False)
    preview: str = field(repr=False, default="")


@dataclass(frozen=True)
class OwnTemplate:
    """One of the practice's own. `approved` is its newest approved version, 0 where there is none.

    `used` counts times of reminders and campaigns under way that name it: while there are any it is
    not retired. `by` is who changed it last.
    """

    id: TemplateId
    name: str
    group: str
    purpose: MailPurpose
    citation: str
    layout: str
    languages: tuple[str, ...]
    version: int
    approved: int
    visit: bool
    by: str
    changed_at: datetime
    code: str = ""
    """Of the library, where it was begun from one."""
    retired: bool = False
    used: int = 0


@dataclass(frozen=True)
class TemplatesShown:
    """`can_keep`: this role may write templates; `can_approve`: it may approve them."""

    own: tuple[OwnTemplate, ...]
    library: tuple[TemplateLine, ...]
    can_keep: bool
    can_approve: bool


@dataclass(frozen=True)
class TemplateVersionLine:
    """One version. `genuine`: it is as its approver signed it; False where nobody has approved it."""

    number: int
    by: str
    at: datetime
    approved_by: str = ""
    approved_at: datetime | None = None
    genuine: bool = False


@dataclass(frozen=True)
class LanguageFindings:
    language: str
    findings: tuple[TemplateFinding, ...]


@dataclass(frozen=True)
class TemplateShown:
    """One template in one of its versions, with what was found in each language.

    `can_approve`: this very person may approve this version now. `fixed`: a version was approved,
    and from then on only words change.
    """

    line: OwnTemplate
    number: int
    texts: dict[str, TemplateWords]
    findings: tuple[LanguageFindings, ...]
    versions: tuple[TemplateVersionLine, ...]
    payer: str
    answers: dict[str, str]
    can_approve: bool
    fixed: bool

    @property
    def stops(self) -> bool:
        return any(one.stops for each in self.findings for one in each.findings)


@dataclass(frozen=True)
class TemplateKeep:
    """A template to be kept; without `id` a new one. `version` is the newest that its writer saw.

    `answers` are those about its purpose (`campaigns/purposes.py`), kept beside it. `code` names the one
    of the library that it was begun from. `unfinished`: a lock came while it was written, and it is kept
    whatever it says.
    """

    name: str
    group: str
    purpose: MailPurpose
    texts: dict[str, TemplateWords]
    id: TemplateId | None = None
    version: int = 0
    layout: str = "letter"
    visit: bool = False
    payer: str = ""
    code: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    unfinished: bool = False


@dataclass(frozen=True)
class TemplateTryRequest:
    """What is in the editor now, whether kept or not, for a real `person` or for sample values."""

    words: TemplateWords
    language: str
    purpose: MailPurpose
    layout: str = "letter"
    payer: str = ""
    person: PersonId | None = None


@dataclass(frozen=True)
class TemplatePreview:
    """`html` names its pictures by `cid:`; `cids` says which picture each is. Where a field is
    `missing`, or something stops it, nothing is rendered."""

    subject: str = field(repr=False)
    html: str = field(repr=False)
    text: str = field(repr=False)
    missing: tuple[str, ...] = ()
    findings: tuple[TemplateFinding, ...] = ()
    cids: dict[str, str] = field(default_factory=dict)
    letter: LetterShown | None = None
    """The same piece by piece (`letter_shown`); None where nothing is rendered."""


@dataclass(frozen=True)
class FieldOffered:
    """A field that a template may name: `label` in the practice's words, '' for the program's own
    fields, whose words are `field.<name>`."""

    name: str
    group: FieldClass
    label: str = ""
    sample: str = ""


@dataclass(frozen=True)
class TemplateParts:
    """What a template can be made of here."""

    fields: tuple[FieldOffered, ...]
    groups: tuple[str, ...]
    layouts: tuple[str, ...]
    languages: tuple[str, ...]
    pictures: tuple[KeptPicture, ...]
    hosts: tuple[str, ...]
    """Sites that a link may lead to."""


@dataclass(frozen=True)
class TestLetterRequest:
    """One version to be looked at in one's own mailbox, with sample values; nobody's data is in it.

    `to` is a professional contact, such as oneself or a mailbox of the staff. `version` 0 is the newest.
    """

    __test__ = False

    template: TemplateId
    to: PersonId
    language: str
    version: int = 0


@dataclass(frozen=True)
class PictureRequest:
    """`of_patient`: a patient can be recognised or their story is told; then `authorization` is needed."""

    name: str
    data: bytes = field(repr=False)
    alt: str = ""
    of_patient: bool = False
    authorization: AuthorizationId | None = None


@dataclass(frozen=True)
class PictureLine:
    """`valid`: what it rests on holds today; False where the patient's permission has ended."""

    picture: KeptPicture
    valid: bool = True
    used: int = 0
    """By how many templates that are in use, and the look of letters."""


@dataclass(frozen=True)
class PicturesShown:
    pictures: tuple[PictureLine, ...]
    can_keep: bool


@dataclass(frozen=True)
class BrandChange:
    """How letters look and what stands in each. `mail_hours` by language; `sites` are hosts that links may
    lead to beside the practice's own."""

    colour: str
    logo: str = ""
    mail_hours: dict[str, str] = field(default_factory=dict)
    sites: tuple[str, ...] = ()


@dataclass(frozen=True)
class BrandShown:
    """`practice`, `address` and `phone` stand below each letter and are set with the practice's facts;
    `hosts` are the practice's own sites."""

    brand: BrandChange
    practice: str
    address: str
    phone: str
    hosts: tuple[str, ...]
    can_change: bool
