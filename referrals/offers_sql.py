"""SQL of the offers: how many places are taken, and what a referral that names an offer may not do.

A place is taken by a referral that was accepted or has started, and comes back by itself when it leaves these states.
Nobody but the recipient reads the referrals of an offer: everybody is told the count, by a function of the owner.
"""

from referrals.states import TAKEN, in_sql

OFFERS = """
REVOKE DELETE ON referrals_offer FROM tu_app, tu_worker;
CREATE FUNCTION tu_places_taken(which bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT count(*) FROM referrals_referral r
    WHERE r.offer_id = which AND r.state IN @taken AND (tu_org() IS NOT NULL OR tu_system());
END;
REVOKE ALL ON FUNCTION tu_places_taken(bigint) FROM public;
GRANT EXECUTE ON FUNCTION tu_places_taken(bigint) TO tu_app, tu_worker;

-- The places left on an offer, held until the end of the transaction; NULL when they are not counted. For the two
-- sides of a referral that was sent: a manager of the sender may reopen one.
CREATE FUNCTION tu_hold_places(which bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    total integer;
BEGIN
    IF NOT EXISTS (SELECT FROM referrals_referral r WHERE r.offer_id = which AND r.state <> 'draft'
                   AND tu_org() IN (r.sender_id, r.recipient_id)) THEN
        RAISE EXCEPTION 'row-level security: no place to take here' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT o.places INTO total FROM referrals_offer o WHERE o.id = which FOR UPDATE;
    RETURN total - (SELECT count(*) FROM referrals_referral r
                    WHERE r.offer_id = which AND r.state IN @taken);
END $$;
REVOKE ALL ON FUNCTION tu_hold_places(bigint) FROM public;
GRANT EXECUTE ON FUNCTION tu_hold_places(bigint) TO tu_app, tu_worker;

CREATE FUNCTION referrals_offer_guard() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    total integer;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state <> 'draft' AND OLD.offer_id IS DISTINCT FROM NEW.offer_id THEN
        RAISE EXCEPTION 'the offer of a referral that was sent does not change' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.offer_id IS NULL THEN
        RETURN NEW;
    END IF;
    IF NOT EXISTS (SELECT FROM referrals_offer o WHERE o.id = NEW.offer_id
                   AND o.organisation_id = NEW.recipient_id AND o.programme = NEW.programme) THEN
        RAISE EXCEPTION 'the offer is not of this recipient and programme' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state IN @taken
       AND (TG_OP = 'INSERT' OR OLD.state NOT IN @taken) THEN
        -- The lock first: what is counted after it cannot change before this transaction ends.
        SELECT o.places INTO total FROM referrals_offer o WHERE o.id = NEW.offer_id FOR UPDATE;
        IF total <= (SELECT count(*) FROM referrals_referral r WHERE r.offer_id = NEW.offer_id
                     AND r.state IN @taken AND r.id <> NEW.id) THEN
            RAISE EXCEPTION 'no place is left on this offer' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION referrals_offer_guard() FROM public;
CREATE TRIGGER referrals_offer_guard BEFORE INSERT OR UPDATE OF offer_id, state, recipient_id, programme
    ON referrals_referral FOR EACH ROW EXECUTE FUNCTION referrals_offer_guard();
""".replace("@taken", in_sql(TAKEN))
NO_OFFERS = """
DROP TRIGGER referrals_offer_guard ON referrals_referral;
DROP FUNCTION referrals_offer_guard();
DROP FUNCTION tu_hold_places(bigint);
DROP FUNCTION tu_places_taken(bigint);
GRANT DELETE ON referrals_offer TO tu_app, tu_worker;
"""
