"""SQL of the search: the words of a record, behind an index that row-level security does not defeat (ADR 0022).

``@@`` is not leakproof: under a policy, no index of words would be used. So the index is asked by a function of the
owner that looks among the records that the acting organisation keeps, or has a link with, and gives identifiers and
nothing else; what is read of them is read through the policies. Each word bears the number of the organisation that
keeps the record, so that the index of the whole country is entered at the words of one organisation.
"""

# From each word of the name on, all the letters that follow, without blanks: the beginning of a word, of the words
# from there, or of the whole, is then the beginning of one of them. "delatour", "la tour" and "tour" find De la Tour.
# The file number after "=", the telephone number after "#", in one form (``youths.search.phone_of`` is its twin).
WORDS = r"""
CREATE FUNCTION tu_search_phone(phone text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    regexp_replace(regexp_replace(phone, '[^0-9]', '', 'g'),
        '^(?:00)?(?:33|262|590|594|596)0?([1-9][0-9]{8})$', '0\1');
CREATE FUNCTION tu_search_words(keeper bigint, registered bigint, last text, first text, number text, phone text)
RETURNS tsvector LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    lasts text[] := string_to_array(tu_normalise(last), ' ');
    firsts text[] := string_to_array(tu_normalise(first), ' ');
    found text[] := '{}';
    keepers bigint[] := ARRAY[keeper];
BEGIN
    FOR place IN 1..cardinality(lasts) LOOP
        found := found || array_to_string(lasts[place:] || firsts, '');
    END LOOP;
    FOR place IN 1..cardinality(firsts) LOOP
        found := found || array_to_string(firsts[place:] || lasts, '');
    END LOOP;
    IF number <> '' THEN
        found := found || ('=' || replace(tu_normalise(number), ' ', ''));
    END IF;
    IF phone <> '' THEN
        found := found || ('#' || tu_search_phone(phone));
    END IF;
    IF registered <> keeper THEN
        keepers := keepers || registered;
    END IF;
    RETURN array_to_tsvector(ARRAY(SELECT k || '/' || f FROM unnest(keepers) k, unnest(found) f));
END $$;
"""
NO_WORDS = r"""
DROP FUNCTION tu_search_words(bigint, bigint, text, text, text, text); DROP FUNCTION tu_search_phone(text);
"""

# A pattern is made of quoted words after "@", which stands for the number of an organisation: '@mart':* & '@yann':*
FIND = """
CREATE FUNCTION tu_find_youths(pattern text) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT y.id FROM youths_youth y
    WHERE y.search_words @@ replace(pattern, '@', tu_org()::text || '/')::tsquery
      AND (y.held_by_id = tu_org() OR y.registered_with_id = tu_org());
END;
REVOKE ALL ON FUNCTION tu_find_youths(text) FROM public;
GRANT EXECUTE ON FUNCTION tu_find_youths(text) TO tu_app;
"""
NO_FIND = "DROP FUNCTION tu_find_youths(text);"

# A partner looks among those it reaches, by their words there (youths.reach_sql); among those it keeps, by the words of
# the record. How long it takes depends on what it reaches alone. A number that is newer than how it is remembered
# (youths.contact_sql) finds nobody: to be found by it would be to be told of it.
FIND_LINKED = """
CREATE FUNCTION tu_find_linked(pattern text) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT f FROM tu_find_youths(pattern) f
    UNION
    SELECT r.youth_id FROM youths_reach r
    WHERE r.search_words @@ replace(pattern, '@', tu_org()::text || '/')::tsquery
      AND r.organisation_id = tu_org() AND (r.access_until IS NULL OR r.access_until > tu_now())
      AND (pattern !~ '#' OR EXISTS (
          SELECT 1 FROM youths_accompaniment a JOIN youths_youth y ON y.id = a.youth_id
          WHERE a.youth_id = r.youth_id AND a.organisation_id = tu_org() AND a.role <> 'closing'
            AND (a.access_until IS NULL OR a.access_until > tu_now())
            AND (a.ended_on IS NULL OR y.contact_changed_at IS NULL
                 OR (y.contact_changed_at AT TIME ZONE 'Europe/Paris')::date <= a.ended_on)));
END;
REVOKE ALL ON FUNCTION tu_find_linked(text) FROM public;
GRANT EXECUTE ON FUNCTION tu_find_linked(text) TO tu_app;
"""
NO_FIND_LINKED = "DROP FUNCTION tu_find_linked(text);"
