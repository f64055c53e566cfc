"""SQL of the agreements: what the web may write of them, and for whom."""

# What was agreed to stays as it was said: the web adds what a minor's representative did, and the withdrawal.
CHANGING = "representative_informed_on, representative_signed_on, emancipated, " + (
    "withdrawn_at, withdrawn_how, withdrawn_by_id, withdrawn_for_id"
)
GIVEN = f"""
REVOKE UPDATE, DELETE ON youths_agreement FROM tu_app;
GRANT UPDATE ({CHANGING}) ON youths_agreement TO tu_app;
-- Nobody records the agreement of a youth whom they do not know.
DROP POLICY youths_agreement_add ON youths_agreement;
CREATE POLICY youths_agreement_add ON youths_agreement FOR INSERT TO tu_app, tu_worker
    WITH CHECK (recorded_for_id = (SELECT tu_org()) AND tu_has_access(youth_id));
"""
NOT_GIVEN = """
GRANT UPDATE, DELETE ON youths_agreement TO tu_app;
DROP POLICY youths_agreement_add ON youths_agreement;
CREATE POLICY youths_agreement_add ON youths_agreement FOR INSERT TO tu_app, tu_worker
    WITH CHECK (recorded_for_id = (SELECT tu_org()));
"""
