"""Conventions, structures, referents, and the people of an organisation."""

from django.urls import path

from partners.views import (
    conventions,
    deadlines,
    departures,
    designations,
    invitations,
    municipalities,
    organisations,
    people,
    trail,
)

app_name = "partners"
urlpatterns = [
    path("conventions/", conventions.convention_list, name="convention_list"),
    path("conventions/<uuid:uuid>/", conventions.convention_detail, name="convention_detail"),
    path("conventions/echeances/<int:pk>/", deadlines.deadline, name="deadline"),
    path("structures/", organisations.organisation_list, name="organisation_list"),
    path("structures/commune/", municipalities.municipality, name="municipality"),
    path("structures/<uuid:uuid>/", organisations.organisation_detail, name="organisation_detail"),
    path("referents/", designations.designation_list, name="designation_list"),
    path("referents/designer/", designations.designation_create, name="designation_create"),
    path("referents/<int:pk>/changer/", designations.designation_change, name="designation_change"),
    path("referents/<int:pk>/terminer/", designations.designation_end, name="designation_end"),
    path("equipe/", people.team, name="team"),
    path("equipe/inviter/", invitations.invite, name="invite"),
    path("equipe/equipes/creer/", people.team_create, name="team_create"),
    path("equipe/equipes/<uuid:uuid>/", people.team_rename, name="team_rename"),
    path("equipe/<uuid:uuid>/", people.membership_edit, name="membership_edit"),
    path("equipe/<uuid:uuid>/depart/", departures.departure, name="departure"),
    path("equipe/<uuid:uuid>/absence/", departures.absence, name="absence"),
    path("equipe/<uuid:uuid>/retour/", departures.come_back, name="come_back"),
    path("equipe/revue/", people.review, name="review"),
    path("compte/reveil/", people.wake, name="wake"),
    path("structure/changer/", people.switch, name="switch"),
    path("invitations/", invitations.invitation_list, name="invitation_list"),
    path("invitations/<uuid:uuid>/", invitations.invitation_detail, name="invitation_detail"),
    path("invitation/<str:token>/", invitations.invitation_accept, name="invitation_accept"),
    path("traces/", trail.trail, name="trail"),
    path("traces/export/", trail.trail_export, name="trail_export"),
    path("traces/alertes/", trail.alert_list, name="alert_list"),
    path("traces/alertes/<int:pk>/", trail.alert_handle, name="alert_handle"),
]
