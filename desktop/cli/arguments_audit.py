"""Words of `audit`."""

from __future__ import annotations

from collections.abc import Callable

from desktop.cli.arguments_backup import Family


def log(family: Callable[[str, str], Family]) -> None:
    """The log: checked, handed out, watched, proved."""
    audit = family("audit", "what was done")
    audit.verb("verify", "check the chain of records")
    _handing_out(audit)
    _watching(audit)
    _proving(audit)


def _handing_out(audit: Family) -> None:
    """The log, or what it says about one person, as a file."""
    export = audit.verb("export", "hand the log to somebody outside")
    forms = ("jsonl", "csv", "pdf", "fhir", "syslog", "package")
    export.add_argument("--format", required=True, choices=forms)
    export.add_argument("--to", required=True, metavar="FILE")
    export.add_argument("--reason", required=True, metavar="TEXT")
    export.add_argument("--user", metavar="NAME", help="only what this user did")
    export.add_argument("--person", metavar="ID", help="only what concerns this contact")
    export.add_argument("--event", action="append", metavar="ACT", help="only this, such as people.shown")
    export.add_argument("--message", metavar="ID", help="only what happened to this message")
    export.add_argument("--approval", metavar="ID", help="what the first call answered, once approved")
    approve = audit.verb("approve", "decide what somebody else asked for")
    approve.add_argument("approval", metavar="ID")
    approve.add_argument("--refuse", action="store_true", help="say no")
    access = audit.verb("access", "one person's record of access")
    disclosures = audit.verb("disclosures", "to whom one person's information went")
    for report in (access, disclosures):
        report.add_argument("--person", required=True, metavar="ID")
        report.add_argument("--to", required=True, metavar="FILE", help="ends in .pdf or .csv")
    for made in (export, access, disclosures):
        made.add_argument("--since", metavar="D", help="YYYY-MM-DD, the first day")
        made.add_argument("--until", metavar="D", help="YYYY-MM-DD, the last day")


def _proving(audit: Family) -> None:
    """What a witness keeps, and what happens where one disagrees."""
    point = audit.verb("checkpoint", "sign where the log stands now")
    point.add_argument("--to", metavar="FILE", help="write the signed note to a file, too")
    audit.verb("state", "where the log stands, and who outside knows")
    page = audit.verb("witness", "the page for the practice's papers")
    page.add_argument("--to", required=True, metavar="FILE", help="ends in .pdf or .txt")
    gap = audit.verb("explain-gap", "say why entries are missing; then everything works again")
    causes = ("restored-backup", "moved-computer", "disk-failure", "unknown")
    gap.add_argument("--cause", required=True, choices=causes)
    gap.add_argument("--reason", required=True, metavar="TEXT")
    audit.verb("marks", "the security officer's check, with the recovery key")


def _watching(audit: Family) -> None:
    """What stands out in the log, and how long things are kept."""
    alerts = audit.verb("alerts", "what stands out")
    which = alerts.add_mutually_exclusive_group()
    which.add_argument("--seen", metavar="ID", help="somebody looked at this one")
    which.add_argument("--incident", metavar="ID", help="open an incident about this one")
    which.add_argument("--close", metavar="ID", help="its incident is settled")
    alerts.add_argument("--reason", metavar="TEXT", help="how it was settled")
    rules = audit.verb("rules", "when an alert is raised")
    rules.add_argument("--rule", metavar="RULE", help="change this one")
    rules.add_argument("--least", type=int, metavar="N", help="from so many on")
    rules.add_argument("--minutes", type=int, metavar="N", help="within so many minutes")
    hours = audit.verb("hours", "the practice's opening hours")
    hours.add_argument("--first", type=int, metavar="HOUR", help="open from, 0 to 23")
    hours.add_argument("--last", type=int, metavar="HOUR", help="open until, 1 to 24")
    hours.add_argument("--days", metavar="DIGITS", help="12345 is Monday to Friday")
    digest = audit.verb("digest", "the last week, for the review")
    digest.add_argument("--sign", action="store_true", help="sign it off")
    retention = audit.verb("retention", "what is kept how long")
    retention.add_argument(
        "--keep", metavar="CLASS", help="choose for messages, attempts, drafts, conversations or imports"
    )
    retention.add_argument("--days", type=int, metavar="N", help="days that it is kept")
    audit.verb("seal", "a closed year into its own file").add_argument("year", type=int, metavar="YEAR")
    purge = audit.verb("purge", "destroy a sealed year after its time")
    purge.add_argument("year", type=int, metavar="YEAR")
    purge.add_argument("--reason", required=True, metavar="TEXT")
    purge.add_argument("--approval", metavar="ID", help="what the first call answered, once approved")
