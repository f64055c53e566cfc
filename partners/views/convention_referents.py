"""The section of the page of a convention that says who answers for it today, on both sides."""

from typing import Any

from django.urls import reverse

from core import rights
from core.acting import Acting
from partners.designations import coverage
from partners.models import Level, Network, Topic
from partners.views.persons import person_line


def referents_of(
    acting: Acting, topics: list[str], networks: list[str], region: str | None
) -> dict[str, Any]:
    """Coverage by region for each topic, my organisation's referents, and those across from it."""
    cells = coverage.coverage_by_region(topics, networks, region)
    tables = []
    for topic in topics:
        expected = [network for network in networks if network in coverage.EXPECTED[topic]]
        rows = coverage.region_rows(cells[topic], expected)
        nobody = coverage.Cell(0, 0)
        totals = [sum((row["cells"][index] for row in rows), nobody) for index in range(len(expected))]
        tables.append(
            {
                "topic": topic,
                "label": Topic(topic).label,
                "networks": [Network(network).label for network in expected],
                "rows": rows,
                "totals": totals,
                "gap": sum(cell.gap for cell in totals),
                "url": f"{reverse('partners:designation_list')}?sujet={topic}",
            }
        )
    # Who steers the nation answers for no region: the tables are what they need.
    steers = acting.level == Level.NATIONAL
    near = [] if steers else coverage.referents_near(topics, networks, acting)
    mine = [person_line(found) for found in near if found.organisation_id == acting.organisation_id]
    answered = {found.topic for found in near if found.organisation_id == acting.organisation_id}
    missing = {
        topic
        for topic in topics
        if acting.level == Level.LOCAL
        and acting.network in coverage.EXPECTED[topic]
        and topic not in answered
    }
    others = [found for found in near if found.organisation_id != acting.organisation_id]
    same_region = [found for found in others if acting.region and found.territory == acting.region]  # type: ignore[attr-defined]
    return {
        "coverage": tables,
        "near": not steers,
        "my_referents": mine,
        "their_referents": [person_line(found) for found in same_region or others[:10]],
        "in_my_region": bool(same_region),
        "missing": [table["label"] for table in tables if table["topic"] in missing],
        "create_url": reverse("partners:designation_create") if rights.may(acting, "designate") else "",
    }
