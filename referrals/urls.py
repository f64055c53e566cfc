from django.urls import path

from referrals import exporting, views
from referrals.attendance.views import attendance, invite, refer
from referrals.breaches import views as breaches
from referrals.digital import views as digital
from referrals.direct.views import direct
from referrals.entrusting import views as entrusting
from referrals.missions.views import missions
from referrals.offers import views as offers
from referrals.opinions import views as opinions
from referrals.placements import views as placements
from referrals.preparing.views import prepare
from referrals.registration import views as registration
from referrals.thread import views as thread
from referrals.youth_links import public

app_name = "referrals"
urlpatterns = [
    path("orientations/", views.referral_list, name="list"),
    path("orientations/export/", exporting.export, name="export"),
    path("orientations/nouvelle/", views.create, name="create"),
    path("orientations/candidats-directs/", direct, name="direct"),
    path("orientations/confier/", entrusting.entrust, name="reassign"),
    path("orientations/reponses-usuelles/", thread.usual_answers, name="usual_answers"),
    path("orientations/<uuid:uuid>/", views.detail, name="detail"),
    path("orientations/<uuid:uuid>/message/", thread.post_message, name="message"),
    path("orientations/<uuid:uuid>/message/retirer/", thread.message_withdraw, name="message_withdraw"),
    path("orientations/<uuid:uuid>/messages/", thread.thread, name="thread"),
    path("orientations/<uuid:uuid>/messages/piece/", thread.piece, name="thread_piece"),
    path("orientations/<uuid:uuid>/note/", thread.note, name="note"),
    path("orientations/<uuid:uuid>/devenir/", views.follow_up, name="follow_up"),
    path("orientations/<uuid:uuid>/missions/", missions, name="missions"),
    path("orientations/<uuid:uuid>/preparation/", prepare, name="prepare"),
    path("orientations/<uuid:uuid>/envoyer/", views.send_draft, name="send"),
    path("orientations/<uuid:uuid>/supprimer/", views.discard_draft, name="discard"),
    path("jeunes/<uuid:uuid>/rupture/", breaches.breach, name="breach"),
    path("jeunes/<uuid:uuid>/rupture/suite/", breaches.breach_close, name="breach_close"),
    path("jeunes/<uuid:uuid>/rupture/mission-locale/", breaches.joint_request, name="joint_request"),
    path("orientations/<uuid:uuid>/inscription/", registration.registration, name="registration"),
    path("orientations/<uuid:uuid>/action/<slug:action>/", views.act, name="act"),
    path("rencontres/<uuid:uuid>/presences/", attendance, name="attendance"),
    path("rencontres/<uuid:uuid>/convoquer/", invite, name="attendance_invite"),
    path("rencontres/<uuid:uuid>/orienter/", refer, name="attendance_refer"),
    path("jeunes/<uuid:uuid>/numerique/", digital.digital, name="digital"),
    path("orientations/avis/", opinions.opinions, name="opinions"),
    path("orientations/<uuid:uuid>/avis/", opinions.opinion, name="opinion"),
    path("questions/<str:token>/", public.youth_link, name="youth_link"),
    path("offres/", offers.offer_list, name="offer_list"),
    path("offres/nouvelle/", offers.offer_create, name="offer_create"),
    path("offres/<uuid:uuid>/", offers.offer_detail, name="offer_detail"),
    path("offres/<uuid:uuid>/modifier/", offers.offer_edit, name="offer_edit"),
    path("offres/<uuid:uuid>/verifier/", offers.offer_verify, name="offer_verify"),
    path("offres/<uuid:uuid>/fermer/", offers.offer_close, name="offer_close"),
    path("jeunes/<uuid:uuid>/periodes/", placements.declare, name="placement_declare"),
    path("periodes/<uuid:uuid>/", placements.placement_detail, name="placement"),
    path("periodes/<uuid:uuid>/modifier/", placements.amend, name="placement_amend"),
    path("periodes/<uuid:uuid>/renouveler/", placements.renew, name="placement_renew"),
    path("periodes/<uuid:uuid>/signature/", placements.sign, name="placement_sign"),
    path("periodes/<uuid:uuid>/annuler/", placements.cancel, name="placement_cancel"),
    path("periodes/<uuid:uuid>/bilan/", placements.bilan, name="placement_bilan"),
]
