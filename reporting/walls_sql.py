"""SQL of who reads and says what of the figures: the region of who acts, or the nation."""

# Whether the acting person steers a region: its own, or any of them for the nation, which is none. Without a region:
# whether they steer at all.
STEERS = """
CREATE FUNCTION tu_steers(region text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp
RETURN CASE current_setting('app.role', true)
    WHEN 'national' THEN true
    WHEN 'regional' THEN coalesce(region = (
        SELECT coalesce(o.region_id, d.region_id) FROM partners_organisation o
        LEFT JOIN partners_department d ON d.code = o.department_id WHERE o.id = tu_org()), false)
    ELSE false END;
CREATE FUNCTION tu_steers() RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp
RETURN coalesce(current_setting('app.role', true) IN ('regional', 'national'), false);
REVOKE ALL ON FUNCTION tu_steers(text), tu_steers() FROM public;
GRANT EXECUTE ON FUNCTION tu_steers(text), tu_steers() TO tu_app, tu_worker;
"""
NO_STEERS = "DROP FUNCTION tu_steers(); DROP FUNCTION tu_steers(text);"

# The figures of organisations, by name: to the regional head of their network, whoever takes the role of statistics.
OF_HEADS = """
ALTER TABLE reporting_publishedorganisation ENABLE ROW LEVEL SECURITY;
ALTER TABLE reporting_publishedorganisation FORCE ROW LEVEL SECURITY;
GRANT SELECT (id, network, level, region_id) ON partners_organisation TO tu_stats;
CREATE POLICY reporting_publishedorganisation_head ON reporting_publishedorganisation FOR SELECT TO tu_stats USING (
    (network, region_id) = (SELECT o.network, o.region_id FROM partners_organisation o
                            WHERE o.id = tu_org() AND o.level = 'regional'
                              AND current_setting('app.role', true) IN ('regional', 'national')));
CREATE POLICY reporting_publishedorganisation_system ON reporting_publishedorganisation TO tu_worker
    USING ((SELECT tu_system())) WITH CHECK ((SELECT tu_system()));
CREATE POLICY reporting_publishedorganisation_owner ON reporting_publishedorganisation TO tu_owner
    USING (true) WITH CHECK (true);
CREATE POLICY reporting_publishedorganisation_backup ON reporting_publishedorganisation FOR SELECT TO tu_backup
    USING (true);
"""
OF_NOBODY = """
DROP POLICY reporting_publishedorganisation_backup ON reporting_publishedorganisation;
DROP POLICY reporting_publishedorganisation_owner ON reporting_publishedorganisation;
DROP POLICY reporting_publishedorganisation_system ON reporting_publishedorganisation;
DROP POLICY reporting_publishedorganisation_head ON reporting_publishedorganisation;
REVOKE SELECT (id, network, level, region_id) ON partners_organisation FROM tu_stats;
ALTER TABLE reporting_publishedorganisation NO FORCE ROW LEVEL SECURITY;
ALTER TABLE reporting_publishedorganisation DISABLE ROW LEVEL SECURITY;
"""
