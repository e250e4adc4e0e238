# ruff: noqa: E501 - servers write long lines
"""Reports in the shapes in which real mail servers write them, each with what it says (goal G29).

The skeletons are those of the servers' own notices, with made-up names; every refusal is one
that large hosts give. Each server meets each refusal, as a delivery report or in prose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

WHO = "maria.lopez@mail.example"
HARD, SOFT, OTHER = "hard", "soft", "other"


@dataclass(frozen=True)
class Case:
    """`verdict` is what a person would call it; OTHER is anything but a bounce."""

    name: str
    mail: bytes
    verdict: str


REFUSALS: tuple[tuple[str, str, str], ...] = (
    ("550", "5.1.1", "User unknown"),
    (
        "550",
        "5.1.1",
        "The email account that you tried to reach does not exist. https://support.google.com/mail/?p=NoSuchUser",
    ),
    ("550", "5.1.10", "RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"),
    ("550", "5.1.1", "Recipient address rejected: User unknown in virtual mailbox table"),
    ("550", "5.5.0", "Requested action not taken: mailbox unavailable (S2017062302)"),
    (
        "554",
        "5.1.2",
        "Host or domain name not found. Name service error for name=mial.example type=MX: Host not found",
    ),
    ("556", "5.1.10", "Recipient domain does not accept mail (null MX)"),
    ("554", "5.2.1", "The email account that you tried to reach is disabled"),
    ("554", "5.1.0", "delivery error: dd This user doesn't have a yahoo.com account"),
    ("550", "5.1.1", "unknown or illegal alias"),
    ("550", "5.1.6", "Recipient no longer on server"),
    ("552", "5.2.2", "The email account that you tried to reach is over quota"),
    ("452", "4.2.2", "Mailbox full"),
    ("554", "5.2.2", "mailbox is full: retry timeout exceeded"),
    ("421", "4.7.0", "Temporary System Problem. Try again later"),
    ("450", "4.2.0", "Greylisted, see http://postgrey.example"),
    ("550", "5.7.1", "Message rejected as spam by Content Filtering"),
    ("550", "5.7.26", "This mail has been blocked because the sender is unauthenticated"),
    ("554", "5.7.1", "Service unavailable; Client host blocked using zen.spamhaus.org"),
    ("552", "5.3.4", "Message size exceeds fixed limit"),
    ("451", "4.4.1", "Connection timed out"),
    ("554", "5.4.7", "Delivery expired (message too old)"),
    ("550", "5.7.509", "Access denied, sending domain does not pass DMARC verification"),
)
_HARD = frozenset(range(11))


def _mail(
    sender: str, subject: str, body: str, head: str = "", kind: str = "text/plain; charset=utf-8"
) -> bytes:
    return (
        (
            f"Return-Path: <>\nFrom: {sender}\nTo: office@practice.example\nSubject: {subject}\n"
            f"{head}MIME-Version: 1.0\nContent-Type: {kind}\n\n{body}\n"
        )
        .replace("\n", "\r\n")
        .encode()
    )


def _report(sender: str, subject: str, words: str, fields: str, original: str = "message/rfc822") -> bytes:
    body = (
        f"--R\nContent-Type: text/plain; charset=utf-8\n\n{words}\n\n--R\nContent-Type: message/delivery-status\n\n"
        f"{fields}\n\n--R\nContent-Type: {original}\n\nMessage-ID: <a1@practice.example>\n"
        f"From: office@practice.example\nTo: {WHO}\nSubject: A message\n\n--R--"
    )
    return _mail(sender, subject, body, kind='multipart/report; report-type=delivery-status; boundary="R"')


def _fields(mta: str, code: str, status: str, text: str, action: str = "failed", **more: str) -> str:
    extra = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in more.items())
    return (
        f"Reporting-MTA: dns; {mta}\n{extra}\nFinal-Recipient: rfc822; {WHO}\nAction: {action}\nStatus: {status}\n"
        f"Remote-MTA: dns; mx.mail.example\nDiagnostic-Code: smtp; {code} {status} {text}"
    )


def postfix(code: str, status: str, text: str) -> bytes:
    words = (
        "This is the mail system at host relay.example.\n\nI'm sorry to have to inform you that your message could not\n"
        f"be delivered to one or more recipients.\n\n<{WHO}>: host mx.mail.example[192.0.2.1] said: {code} {status} {text}"
    )
    fields = _fields("relay.example", code, status, text, X_Postfix_Queue_ID="4F2A91C3D0")
    return _report(
        "MAILER-DAEMON (Mail Delivery System)", "Undelivered Mail Returned to Sender", words, fields
    )


def exchange(code: str, status: str, text: str) -> bytes:
    words = f"Your message to {WHO} couldn't be delivered.\n\nRemote Server returned '{code} {status} {text}'"
    return _report(
        '"Microsoft Outlook" <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@practice.example>',
        "Undeliverable: A message",
        words,
        _fields("DM6PR01MB.namprd01.prod.outlook.com", code, status, text),
    )


def gmail(code: str, status: str, text: str) -> bytes:
    words = (
        f"** Message not delivered **\n\nYour message wasn't delivered to {WHO}. Learn more here.\n\n"
        f"The response was:\n\n{code} {status} {text}"
    )
    return _report(
        "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
        "Delivery Status Notification (Failure)",
        words,
        _fields("googlemail.com", code, status, text),
    )


def ses(code: str, status: str, text: str) -> bytes:
    words = "An error occurred while trying to deliver the mail to the following recipients:\n" + WHO
    return _report(
        "MAILER-DAEMON@amazonses.com",
        "Delivery Status Notification (Failure)",
        words,
        _fields("a8-50.smtp-out.amazonses.com", code, status, text),
    )


def sendmail(code: str, status: str, text: str) -> bytes:
    words = (
        "The original message was received at Mon, 23 Nov 2026 09:00:00 -0600\n\n"
        f"   ----- The following addresses had permanent fatal errors -----\n<{WHO}>\n"
        f"   ----- Transcript of session follows -----\n... while talking to mx.mail.example.:\n<<< {code} {status} {text}"
    )
    return _report(
        "Mail Delivery Subsystem <MAILER-DAEMON@relay.example>",
        "Returned mail: see transcript for details",
        words,
        _fields("relay.example", code, status, text),
        "text/rfc822-headers",
    )


def icloud(code: str, status: str, text: str) -> bytes:
    words = f"This report relates to a message you sent. Your message cannot be delivered to:\n{WHO}"
    return _report(
        "Internet Mail Delivery <postmaster@pv33p00im.me.com>",
        "Delivery Notification: Delivery has failed",
        words,
        _fields("pv33p00im.me.com", code, status, text),
    )


def qmail(code: str, status: str, text: str) -> bytes:
    body = (
        "Hi. This is the qmail-send program at relay.example.\nI'm afraid I wasn't able to deliver your message to the "
        "following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        f"<{WHO}>:\n192.0.2.1 does not like recipient.\nRemote host said: {code} {status} {text}\n"
        "Giving up on 192.0.2.1.\n\n--- Below this line is a copy of the message.\n\nMessage-ID: <a1@practice.example>"
    )
    return _mail("MAILER-DAEMON@relay.example", "failure notice", body)


def exim(code: str, status: str, text: str) -> bytes:
    body = (
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be "
        "delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n"
        f"  {WHO}\n    host mx.mail.example [192.0.2.1]\n    SMTP error from remote mail server after RCPT TO:<{WHO}>:\n"
        f"    {code} {status} {text}"
    )
    head = f"X-Failed-Recipients: {WHO}\nAuto-Submitted: auto-replied\n"
    sender = "Mail Delivery System <Mailer-Daemon@relay.example>"
    return _mail(sender, "Mail delivery failed: returning message to sender", body, head)


def yahoo(code: str, status: str, text: str) -> bytes:
    body = f"Sorry, we were unable to deliver your message to the following address.\n\n<{WHO}>:\n{code}: {code} {status} {text}"
    return _mail("MAILER-DAEMON@yahoo.com", "Failure Notice", body)


def german(code: str, status: str, text: str) -> bytes:
    body = f"Ihre Nachricht an {WHO} konnte nicht zugestellt werden.\n\nDer Server antwortete:\n{code} {status} {text}"
    return _mail("Postmaster <postmaster@mail.example>", "Unzustellbar: Nachricht", body)


def spanish(code: str, status: str, text: str) -> bytes:
    body = (
        f"No se ha podido entregar su mensaje a:\n\n{WHO}\n\nEl servidor remoto dijo:\n{code} {status} {text}"
    )
    return _mail("Sistema de correo <mailer-daemon@correo.example>", "No se pudo entregar: Un mensaje", body)


SERVERS: tuple[Callable[[str, str, str], bytes], ...] = (
    *(postfix, exchange, gmail, ses, sendmail, icloud, qmail, exim, yahoo, german, spanish),
)


def cases() -> Iterator[Case]:
    """Every refusal by every server, and what is no bounce."""
    for make in SERVERS:
        for number, (code, status, text) in enumerate(REFUSALS):
            verdict = HARD if number in _HARD else SOFT
            yield Case(f"{make.__name__}-{number}", make(code, status, text), verdict)
    yield from _others()


def _others() -> Iterator[Case]:
    for name, subject, words in (
        (
            "postfix",
            "Delayed Mail (still being retried)",
            "THIS IS A WARNING ONLY. YOU DO NOT NEED TO RESEND YOUR MESSAGE.",
        ),
        (
            "gmail",
            "Delivery Status Notification (Delay)",
            "There was a temporary problem delivering your message.",
        ),
        ("exchange", "Delivery delayed: A message", "Delivery to the recipient is delayed."),
    ):
        fields = _fields("relay.example", "451", "4.4.1", "Connection timed out", "delayed")
        yield Case(f"delay-{name}", _report("MAILER-DAEMON@relay.example", subject, words, fields), OTHER)
    fields = _fields("relay.example", "250", "2.1.5", "delivered to mailbox", "delivered")
    yield Case(
        "delivered",
        _report("MAILER-DAEMON@relay.example", "Successful Mail Delivery Report", "ok", fields),
        OTHER,
    )
    arf = (
        "--R\nContent-Type: text/plain\n\nThis is an email abuse report.\n\n--R\nContent-Type: message/feedback-report\n\n"
        f"Feedback-Type: abuse\nVersion: 1\nOriginal-Rcpt-To: {WHO}\n\n--R\nContent-Type: message/rfc822\n\n"
        "Message-ID: <a1@practice.example>\n\n--R--"
    )
    kind = 'multipart/report; report-type=feedback-report; boundary="R"'
    yield Case("arf", _mail("staff@hotmail.example", "complaint about message", arf, kind=kind), OTHER)
    for number, (subject, head, body) in enumerate(
        (
            (
                "Automatic reply: A message",
                "Auto-Submitted: auto-replied\n",
                "I am away until 550 people called.",
            ),
            ("Respuesta automática: Un mensaje", "X-Autoreply: yes\n", "Estoy fuera de la oficina."),
            ("Out of Office", "Precedence: auto_reply\n", "User unknown will call you back."),
            ("Abwesenheitsnotiz", "Auto-Submitted: auto-replied\n", "Ich bin nicht da."),
        )
    ):
        yield Case(f"absent-{number}", _mail(f"Maria <{WHO}>", subject, body, head), OTHER)
    for number, (subject, body) in enumerate(
        (
            ("Re: A message", "Thank you, my mailbox was full yesterday."),
            ("Undelivered parcel", "My parcel was not delivered, is the address on file right?"),
            ("Re: your returned mail", "I got your letter back from the post office."),
            ("A question", "The pharmacy says user unknown 550, what does that mean?"),
            ("unsubscribe", ""),
            ("Re: Undelivered Mail", "Did you get my mail?"),
            ("Pregunta", "¿Mi dirección no existe en su sistema?"),
        )
    ):
        written = _mail(f"Maria <{WHO}>", subject, body).replace(b"<>", f"<{WHO}>".encode(), 1)
        yield Case(f"person-{number}", written, OTHER)
