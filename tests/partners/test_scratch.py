import pytest
from django.urls import reverse

def test_pages(founding, visit, queries):
    for who in ("alice","mona","regis","nadia"):
        c = visit(who)
        for name in ("convention_list","organisation_list","designation_list"):
            n, sql = queries(c, reverse("partners:"+name))
            print(who, name, n)
        for code, conv in founding.items():
            n, sql = queries(c, reverse("partners:convention_detail", args=[conv.uuid]))
            print(who, code, n)
    import pathlib; pathlib.Path("/tmp/h6.sql").write_text(sql)
    pathlib.Path("/tmp/h6.html").write_text(c.get(reverse("partners:convention_detail", args=[founding["UNML-CMA-2019"].uuid])).content.decode())
