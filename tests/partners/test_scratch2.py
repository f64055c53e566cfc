import pathlib
from django.urls import reverse
from partners.models import *
from accounts.models import User
from django.contrib import admin

def test_admin(founding, visit, queries):
    c = visit("adam")
    r = c.get("/admin/")
    assert r.status_code == 200, r
    print([ (a["name"], [m["object_name"] for m in a["models"]]) for a in r.context["app_list"]])
    for model in admin.site._registry:
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        n, sql = queries(c, url)
        print(model.__name__, n)
        for q in ("?q=a", "?q=%00"):
            assert c.get(url+q).status_code == 200
        if admin.site._registry[model].has_add_permission.__qualname__.startswith("ReadOnly"): continue
        n, sql = queries(c, reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add"))
        obj = model.objects.first()
        if obj:
            n, sql = queries(c, reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[obj.pk]))
            print("  change", n)
    url = reverse("admin:partners_convention_changelist")
    for f in ("etat=caduque","reseau=smv","echeance=6","level__exact=national"):
        print(f, c.get(url+"?"+f).context["cl"].result_count)
    r = c.get(reverse("admin:accounts_user_people")+"?term=ali&app_label=partners&model_name=designation&field_name=user")
    print(r.content)
    pathlib.Path("/tmp/h6.html").write_text(c.get(reverse("admin:partners_convention_change", args=[founding["UNML-SMV-2019"].pk])).content.decode())
