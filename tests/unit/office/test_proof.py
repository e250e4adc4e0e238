"""Checking the log also checks how its records are found."""

from __future__ import annotations

from desktop.models import audit_filing
from desktop.models.audit_filing import GROUP
from desktop.models.filters import AuditFilter
from desktop.office.values_audit import LogQuery
from tests.made_staff import Staff, desk_of


def test_a_card_that_was_bent_to_hide_a_record_is_set_right_by_the_check(staff: Staff) -> None:
    office, session = staff.at_work()
    for _ in range(GROUP):
        office.search_people(session, "")
    database = desk_of(office).opened().database
    hidden = LogQuery(AuditFilter(acts=("people.searched",)))
    before = office.query_log(session, hidden).total
    database.write(
        lambda tx: tx.driver.execute("UPDATE audit_card SET act = '' WHERE act = 'people.searched'")
    )
    assert office.query_log(session, hidden).total < before
    assert office.verify_audit(session).ok
    assert office.query_log(session, hidden).total == before
    assert database.read(audit_filing.agrees)
