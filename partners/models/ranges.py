"""Values as ranges, so that an exclusion constraint needs no extension (STACK §2)."""

from django.contrib.postgres.fields import RangeOperators
from django.db.models import F, Func, Value


def as_point(expression) -> Func:
    """A bigint as a one-value range: equality by overlap, without btree_gist."""
    return Func(expression, expression, Value("[]"), function="int8range")


def same(field: str) -> tuple[Func, str]:
    """An expression of an exclusion constraint: the same bigint (a foreign key)."""
    return (as_point(F(field)), RangeOperators.OVERLAPS)


def sharing_days(first: str, last: str) -> tuple[Func, str]:
    """An expression of an exclusion constraint: periods that share a day; both days included, empty is open."""
    return (Func(F(first), F(last), Value("[]"), function="daterange"), RangeOperators.OVERLAPS)
