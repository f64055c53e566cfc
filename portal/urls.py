"""Routes of the portal: French paths, English names (DESIGN, "Names that stay put")."""

from django.contrib import admin
from django.urls import include, path

from portal import health, views

handler400 = "portal.errors.bad_request"
handler403 = "portal.errors.forbidden"
handler404 = "portal.errors.not_found"
handler500 = "portal.errors.server_error"

urlpatterns = [
    path("", views.home, name="home"),
    path("aide/", views.help_page, name="help"),
    path("accessibilite/", views.accessibility, name="accessibility"),
    path("mentions-legales/", views.legal, name="legal"),
    path("donnees-personnelles/", views.privacy, name="privacy"),
    path("nouveautes/", views.news_page, name="news"),
    path("sante/vivante", health.live, name="health_live"),
    path("sante/prete", health.ready, name="health_ready"),
    path("", include("accounts.urls")),
    path("", include("notifications.urls")),
    path("", include("partners.urls")),
    path("", include("youths.urls")),
    path("", include("referrals.urls")),
    path("", include("reporting.urls")),
    path("admin/", admin.site.urls),
]
