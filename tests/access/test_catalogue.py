"""What the catalogue of the database says of wall 2: policies, privileges, functions, views, logins."""

import pytest
from django.db import connection

from tests.access.catalogue import APPEND_ONLY, FROM_THE_CODE, HOLDS_TRACES, HOLDS_YOUTHS, rows, value
from tests.conftest import as_owner, as_worker


def test_the_tables_of_youths_are_known():
    assert {"youths_youth", "youths_accompaniment", "referrals_referral", "reporting_referralfact"} <= set(
        HOLDS_YOUTHS
    )


@pytest.mark.parametrize("table", HOLDS_YOUTHS + HOLDS_TRACES)
def test_row_level_security_is_enabled_forced_and_has_its_policies(db, table):
    assert rows("SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = %s", table) == [
        (True, True)
    ]
    policies = rows("SELECT cmd, unnest(roles)::text FROM pg_policies WHERE tablename = %s", table)
    wanted = {("SELECT", "tu_app"), ("SELECT", "tu_worker"), ("INSERT", "tu_app")}
    wanted |= {("ALL", "tu_worker"), ("ALL", "tu_owner"), ("SELECT", "tu_backup")}
    if table not in APPEND_ONLY:
        wanted |= {("UPDATE", "tu_app"), ("DELETE", "tu_app")}
    assert wanted <= set(policies)


def test_every_partition_of_the_trail_is_closed(db):
    partitions = rows(
        "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,"
        " has_table_privilege('tu_app', c.oid, 'SELECT, INSERT, UPDATE, DELETE'),"
        " has_table_privilege('tu_worker', c.oid, 'SELECT, INSERT, UPDATE, DELETE')"
        " FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent IN ('core_auditentry'::regclass, 'core_change'::regclass) AND c.relkind = 'r'"
    )
    assert len(partitions) >= 10
    assert {found[1:] for found in partitions} == {(True, False, False)}


@pytest.mark.parametrize("role", ["tu_app", "tu_worker"])
def test_the_logins_have_nothing_that_defeats_the_walls(db, role):
    attributes = "rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication, rolinherit"
    assert rows(f"SELECT {attributes} FROM pg_roles WHERE rolname = %s", role) == [(False,) * 6]
    assert not value("SELECT has_schema_privilege(%s, 'public', 'CREATE')", role)
    assert not value("SELECT has_database_privilege(%s, current_database(), 'CREATE')", role)
    for catalogue, owner in (
        ("pg_class", "relowner"), ("pg_proc", "proowner"), ("pg_namespace", "nspowner"), ("pg_type", "typowner"),
        ("pg_database", "datdba"),
    ):  # fmt: skip
        assert value(f"SELECT count(*) FROM {catalogue} WHERE {owner} = %s::regrole", role) == 0
    tables = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v')"
    for privilege in ("TRUNCATE", "REFERENCES", "TRIGGER"):
        assert rows(f"{tables} AND has_table_privilege(%s, oid, %s)", role, privilege) == []
    memberships = rows(
        "SELECT r.rolname FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid WHERE m.member = %s::regrole",
        role,
    )
    assert set(memberships) <= {("tu_stats",)}


@pytest.mark.parametrize("role", ["tu_app", "tu_worker"])
def test_what_is_written_once_is_not_rewritten(db, role):
    for table in APPEND_ONLY:
        assert not value("SELECT has_table_privilege(%s, %s, 'UPDATE, DELETE')", role, table), table
        assert not value("SELECT has_any_column_privilege(%s, %s, 'UPDATE')", role, table), table
    for table in FROM_THE_CODE:
        assert not value("SELECT has_table_privilege(%s, %s, 'INSERT, UPDATE, DELETE')", role, table), table


def test_the_role_of_statistics_reads_no_youth(db):
    for table in HOLDS_YOUTHS + HOLDS_TRACES:
        assert not value(
            "SELECT has_table_privilege('tu_stats', %s, 'SELECT, INSERT, UPDATE, DELETE')", table
        ), table


def test_the_session_says_who_it_is(db):
    assert rows("SELECT current_user, session_user") == [("tu_app", "tu_test")]
    assert value("SELECT current_setting('is_superuser')") == "off"
    with as_owner():
        assert value("SELECT current_user") == "tu_owner"
    with as_worker():
        assert value("SELECT current_user") == "tu_worker"
    assert value("SELECT current_user") == "tu_app"


# --- Nothing escapes ----------------------------------------------------------------------------------

# Tables of the rooms that work with youths, and no row of which is about anybody.
ABOUT_NOBODY = {
    "core_dailyfiles",
    "core_document",
    "core_heartbeat",
    "core_seal",
    "referrals_transition",
    "reporting_committeepack",
    "reporting_delaycell",
    "reporting_dirtycell",
    "reporting_exitcell",
    "reporting_foldedcount",
    "reporting_foldedexit",
    "reporting_groupcell",
    "reporting_edition",
    "reporting_publishedcell",
    "reporting_publishedmedian",
    "reporting_summarycell",
}
ROOMS_OF_YOUTHS = ("core_", "notifications_", "youths_", "referrals_", "reporting_")


def test_no_table_of_a_room_of_youths_is_left_open(db):
    """A new table has its policies, or its reason to have none here."""
    tables = rows(
        "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity FROM pg_class c"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
    )
    left_open = {name for name, closed in tables if name.startswith(ROOMS_OF_YOUTHS) and not closed}
    assert left_open <= ABOUT_NOBODY
    assert {name for name, closed in tables if closed} >= set(HOLDS_YOUTHS + HOLDS_TRACES)


# Made from other rows, and gone with them (youths.reach_sql): no row that a merge moves or that an erasure counts.
FOLLOW_BY_TRIGGER = {"youths_reach"}


def test_every_chain_of_foreign_keys_to_a_youth_is_protected(db):
    """The database's own keys, whatever the models say."""
    chained = rows(
        "WITH RECURSIVE chain (oid) AS (SELECT 'youths_youth'::regclass::oid UNION"
        " SELECT k.conrelid FROM pg_constraint k JOIN chain ON k.confrelid = chain.oid WHERE k.contype = 'f')"
        " SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity FROM chain JOIN pg_class c USING (oid)"
    )
    assert {name for name, _ in chained} >= set(HOLDS_YOUTHS) - FOLLOW_BY_TRIGGER
    assert [name for name, closed in chained if not closed] == []


def test_no_policy_lets_everybody_read(db):
    policies = rows(
        "SELECT tablename, policyname, permissive, cmd, roles::text[], qual FROM pg_policies WHERE schemaname = 'public'"
    )
    assert len(policies) > 100
    for table, name, permissive, command, roles, condition in policies:
        if permissive == "RESTRICTIVE":  # it can only take rows away
            continue
        assert set(roles) <= {"tu_app", "tu_stats", "tu_worker", "tu_owner", "tu_backup"}, name
        if command != "INSERT" and {"tu_app", "tu_stats"} & set(roles):
            assert condition != "true", (table, name)
            assert "tu_system" not in condition, (table, name)
        if set(roles) == {"tu_backup"}:
            assert command == "SELECT", name


def test_the_functions_of_the_policies_may_be_asked_once(db):
    """Volatile, a function would be called for each row and no index would be used (SECURITY §3.3)."""
    used = rows(
        "SELECT DISTINCT p.proname, p.provolatile, p.proleakproof FROM pg_depend d JOIN pg_proc p ON p.oid = d.refobjid"
        " WHERE d.classid = 'pg_policy'::regclass AND d.refclassid = 'pg_proc'::regclass"
    )
    assert {name for name, _, _ in used} >= {"tu_org", "tu_system"}
    assert [name for name, volatility, _ in used if volatility not in "is"] == []
    # A leakproof function runs before the policies, on rows that they hide: none of ours claims it.
    assert rows("SELECT proname FROM pg_proc WHERE proleakproof AND proname LIKE 'tu\\_%%'") == []


# What crosses two organisations or two records (youths.merging_sql): each checks by itself who asks.
CROSSING = {
    "tu_kept",
    "tu_kept_of",
    "tu_reads",
    "tu_adopt_youth",
    "tu_attach_youth",
    "tu_merge_youths",
    "tu_unmerge_youths",
    "tu_transferred",
    "tu_close_transfer",
    "tu_accept_transfer",
    "tu_under_way",
}
# What the web and the worker may run with the rights of the owner.
AS_OWNER = {
    "tu_app": {
        "tu_has_link", "tu_has_access", "tu_keeps", "tu_shares", "tu_accompanies", "tu_extracted", "tu_find_youths", "tu_find_linked",
        "tu_find_person", "tu_person_of_request", "tu_holds_something", "tu_entitled",
        "tu_in_referrals", "tu_take_back_invitations", *CROSSING,
        "tu_agreement_link", "tu_agreement_question", "tu_agreement_answer", "tu_withdrawn_from",
        "tu_disposal_of", "tu_stop_sharing", "tu_close_stopped", "tu_keep_for_follow_ups",
        "tu_refers_with", "tu_lets_in", "tu_needs_link", "tu_took", "tu_own_reading",
        "tu_youth_link", "tu_youth_link_question", "tu_digital_answer", "tu_opinion_answer",
        "tu_places_taken", "tu_hold_places", "tu_waiting_rank",
        "tu_administers", "tu_set_aside", "tu_retry_set_aside", "tu_session_taken",
        "tu_requests_waiting", "tu_requests_lapse", "tu_thread_told",
    },
    "tu_worker": {
        "tu_has_link", "tu_session_taken", "tu_has_access", "tu_keeps", "tu_shares", "tu_accompanies", "tu_extracted",
        "tu_prepare_partitions", "tu_drop_old_partitions", "tu_blank_history", "tu_erase_youth", "tu_gather",
        "tu_forget_reason", "tu_forget_step",
        "tu_find_person", "tu_person_of_request", "tu_holds_something", "tu_entitled",
        "tu_in_referrals", *CROSSING,
        "tu_agreement_link", "tu_agreement_question", "tu_agreement_answer", "tu_withdrawn_from",
        "tu_disposal_of", "tu_stop_sharing", "tu_close_stopped", "tu_keep_for_follow_ups",
        "tu_refers_with", "tu_lets_in", "tu_needs_link", "tu_took", "tu_own_reading",
        "tu_youth_link", "tu_youth_link_question", "tu_digital_answer", "tu_opinion_answer",
        "tu_places_taken", "tu_hold_places", "tu_waiting_rank", "tu_requests_waiting", "tu_requests_lapse", "tu_thread_told",
    },
}  # fmt: skip


@pytest.mark.parametrize("role", AS_OWNER)
def test_what_a_login_runs_with_the_rights_of_the_owner(db, role):
    """A trigger's function is nobody's to call, and no login may make a trigger."""
    functions = rows(
        "SELECT proname FROM pg_proc WHERE prosecdef AND prorettype <> 'trigger'::regtype"
        " AND pronamespace = 'public'::regnamespace AND has_function_privilege(%s, oid, 'EXECUTE')",
        role,
    )
    assert {name for (name,) in functions} <= AS_OWNER[role]


def test_nothing_runs_with_the_rights_of_the_owner_for_everybody(db):
    """PostgreSQL lets everybody run a new function: each is taken back, and given by name to who needs it."""
    assert rows(
        "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
        " AND has_function_privilege('public', oid, 'EXECUTE') ORDER BY proname"
    ) == []  # fmt: skip


def test_what_runs_with_the_rights_of_the_owner_finds_the_owner_s_tables(db):
    """Its search path is its own, and a temporary table hides nothing from it."""
    functions = rows(
        "SELECT proname, coalesce(proconfig::text, '') FROM pg_proc"
        " WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    )
    assert len(functions) >= 5
    assert [
        name for name, settings in functions if 'search_path=pg_catalog, public, pg_temp"' not in settings
    ] == []
    assert (
        rows("SELECT 1 FROM pg_proc WHERE prosecdef AND proowner <> 'tu_owner'::regrole AND oid >= 16384")
        == []
    )


def test_views_show_what_their_reader_may_see(db):
    """A view runs with the rights of its owner unless it says otherwise; a materialised one knows no policy."""
    assert rows(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND (relkind = 'm'"
        " OR relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY (reloptions), false))"
    ) == []  # fmt: skip


# --- What the logins cannot reach ---------------------------------------------------------------------


@pytest.mark.parametrize("role", ["tu_app", "tu_worker", "tu_stats"])
def test_the_logins_reach_no_secret_and_no_other_role(db, role):
    for table in (
        "pg_authid",
        "pg_shadow",
        "pg_statistic",
        "pg_user_mapping",
        "pg_largeobject",
        "pg_subscription",
    ):
        assert not value("SELECT has_table_privilege(%s, %s, 'SELECT')", role, f"pg_catalog.{table}"), table
    for function in ("pg_read_file(text)", "pg_ls_dir(text)", "lo_import(text)", "pg_reload_conf()"):
        assert not value("SELECT has_function_privilege(%s, %s, 'EXECUTE')", role, function), function
    assert not value("SELECT has_database_privilege(%s, current_database(), 'TEMPORARY')", role)
    others = rows("SELECT rolname FROM pg_roles WHERE pg_has_role(%s, oid, 'MEMBER') ORDER BY rolname", role)
    assert {name for (name,) in others} <= {role, "tu_stats"}
    assert rows("SELECT lanname FROM pg_language WHERE NOT lanpltrusted AND has_language_privilege(%s, oid, 'USAGE')"
                " AND lanname NOT IN ('internal', 'c')", role) == []  # fmt: skip


def test_the_statistics_of_the_planner_tell_nothing(world):
    """``pg_stats`` holds the most common names: the server hides it for what a policy filters."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ANALYZE youths_youth, partners_region")
    assert value("SELECT count(*) FROM pg_stats WHERE tablename = 'partners_region'") > 0
    assert value("SELECT count(*) FROM pg_stats WHERE tablename = ANY (%s)", HOLDS_YOUTHS) == 0


def test_nobody_else_was_given_anything(db):
    given = rows(
        "SELECT c.relname, a.grantee::regrole::text FROM pg_class c, aclexplode(c.relacl) a"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relname <> 'test_clock'"
    )
    assert {role for _, role in given} <= {"tu_owner", "tu_app", "tu_worker", "tu_backup", "tu_stats"}


def test_the_role_of_statistics_reads_what_pages_ask_of_it(db):
    readable = rows(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')"
        " AND has_table_privilege('tu_stats', oid, 'SELECT') AND relname <> 'test_clock'"
    )
    assert {name for (name,) in readable} == {
        "reporting_summarycell", "reporting_edition", "reporting_publishedcell", "reporting_publishedmedian",
        "reporting_publishedorganisation",
    }  # fmt: skip


def test_the_tests_were_migrated_by_the_owner(db):
    """Created and migrated by the owner, run as the web's login, on a session with no power of its own."""
    owners = rows(
        "SELECT DISTINCT relowner::regrole::text FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    )
    assert owners == [("tu_owner",)]
    for role in ("tu_app", "tu_test", "tu_owner"):
        assert rows("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = %s", role) == [
            (False, False)
        ]
    assert rows("SELECT row_security_active('youths_youth'), current_setting('row_security')") == [
        (True, "on")
    ]
    with as_owner():
        assert value("SELECT row_security_active('youths_youth')")
