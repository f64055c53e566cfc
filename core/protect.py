"""Row-level protection, declared once per table (DESIGN, "Protection is declared once")."""

from collections.abc import Sequence

from django.db.migrations.operations.base import Operation, OperationCategory

ORG = "(SELECT tu_org())"


class Protect(Operation):
    """Migration operation: ENABLE + FORCE row-level security on a model's table, with its policies.

    ``visible`` is the SQL condition under which the acting organisation sees a row; ``writable`` (default: the
    same) the one under which it may write it; ``insertable`` (default: ``writable``) the one for new rows.
    ``{org}`` stands for the acting organisation. The worker gets the same, plus every row in a declared system
    scope; the owner sees all (without a policy of its own a forced table shows it nothing, and it updates 0
    rows in silence); the backup login reads all. ``append_only`` takes UPDATE and DELETE away.
    """

    reversible = True
    reduces_to_sql = True
    category = OperationCategory.SQL

    def __init__(
        self,
        model: str,
        visible: str,
        writable: str | None = None,
        insertable: str | None = None,
        append_only: bool = False,
    ) -> None:
        self.model = model
        self.visible = visible
        self.writable = writable
        self.insertable = insertable
        self.append_only = append_only

    def deconstruct(self) -> tuple[str, Sequence[object], dict[str, object]]:
        kwargs: dict[str, object] = {"model": self.model, "visible": self.visible}
        if self.writable is not None:
            kwargs["writable"] = self.writable
        if self.insertable is not None:
            kwargs["insertable"] = self.insertable
        if self.append_only:
            kwargs["append_only"] = True
        return self.__class__.__qualname__, [], kwargs

    def state_forwards(self, app_label, state) -> None:
        """The shape of the model does not change."""

    def statements(self, table: str) -> list[str]:
        """The SQL, in order, for one table."""
        visible = self.visible.format(org=ORG)
        writable = (self.writable or self.visible).format(org=ORG)
        insertable = (self.insertable or self.writable or self.visible).format(org=ORG)
        if " OR " in visible:
            # Opaque to the planner: it would count the rows of an OR far too low, and sort a whole table for a
            # page. Every query carries its explicit filter, so the policy never has to drive the plan.
            visible = f"coalesce(({visible}), false)"
        people = "tu_app, tu_worker"
        statements = [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY {table}_see ON {table} FOR SELECT TO {people} USING ({visible})",
            f"CREATE POLICY {table}_add ON {table} FOR INSERT TO {people} WITH CHECK ({insertable})",
            f"CREATE POLICY {table}_system ON {table} TO tu_worker"
            " USING ((SELECT tu_system())) WITH CHECK ((SELECT tu_system()))",
            f"CREATE POLICY {table}_owner ON {table} TO tu_owner USING (true) WITH CHECK (true)",
            f"CREATE POLICY {table}_backup ON {table} FOR SELECT TO tu_backup USING (true)",
        ]
        if self.append_only:
            statements.append(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {people}")
        else:
            statements += [
                f"CREATE POLICY {table}_change ON {table} FOR UPDATE TO {people}"
                f" USING ({writable}) WITH CHECK ({writable})",
                f"CREATE POLICY {table}_remove ON {table} FOR DELETE TO {people} USING ({writable})",
            ]
        return statements

    def database_forwards(self, app_label, schema_editor, from_state, to_state) -> None:
        model = to_state.apps.get_model(app_label, self.model)
        for statement in self.statements(model._meta.db_table):
            schema_editor.execute(statement)

    def database_backwards(self, app_label, schema_editor, from_state, to_state) -> None:
        table = to_state.apps.get_model(app_label, self.model)._meta.db_table
        for name in ("see", "add", "system", "owner", "backup", "change", "remove"):
            schema_editor.execute(f"DROP POLICY IF EXISTS {table}_{name} ON {table}")
        schema_editor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")

    def describe(self) -> str:
        return f"Protect the rows of {self.model}"
