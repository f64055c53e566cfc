"""The database's own guard on the agreement of a referral (ADR 0020): it holds even for SQL typed by hand."""

# Sent, a draft has the live agreement of its youth, for its sender, recipient and programme, or for the way back that
# the referral it returns from foresaw; who represents a minor was told. Reopened, it has one that was not withdrawn.
# A minor: born after this day eighteen years ago (29 February: of age on 1 March, as ``core.ages``).
SENT_UNDER_AGREEMENT = """
CREATE FUNCTION referrals_agreement() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    today date := (tu_now() AT TIME ZONE 'Europe/Paris')::date;
    a youths_agreement;
    born date;
BEGIN
    SELECT * INTO a FROM youths_agreement WHERE id = NEW.agreement_id;
    IF a.id IS NULL OR a.withdrawn_at IS NOT NULL THEN
        RAISE EXCEPTION 'a referral needs the agreement of the youth' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state <> 'draft' THEN
        RETURN NEW;
    END IF;
    IF a.expires_on < today OR a.youth_id <> NEW.youth_id OR NOT (
        (a.recorded_for_id = NEW.sender_id AND a.recipient_id = NEW.recipient_id AND a.purpose = NEW.programme)
        OR (a.covers_return AND EXISTS (
            SELECT FROM referrals_referral o WHERE o.id = NEW.returned_from_id AND o.agreement_id = a.id))
    ) THEN
        RAISE EXCEPTION 'the agreement of the youth is not for this referral' USING ERRCODE = 'check_violation';
    END IF;
    SELECT birth_date INTO born FROM youths_youth WHERE id = NEW.youth_id;
    IF born > today - interval '18 years' AND NOT a.emancipated AND a.representative_informed_on IS NULL THEN
        RAISE EXCEPTION 'the representative of a minor is informed first' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER referrals_agreement BEFORE UPDATE OF state ON referrals_referral FOR EACH ROW
    WHEN (current_user <> 'tu_owner' AND OLD.state <> NEW.state
          AND NEW.last_action IN ('send', 'reopen', 'answer_late'))
    EXECUTE FUNCTION referrals_agreement();
"""
NOT_SENT_UNDER_AGREEMENT = """
DROP TRIGGER referrals_agreement ON referrals_referral;
DROP FUNCTION referrals_agreement();
"""
