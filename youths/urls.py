from django.urls import path

from youths import trail
from youths.accompanying import restricted_views
from youths.accompanying import views as accompanying
from youths.agreements import public
from youths.agreements import views as agreements
from youths.listing import beside, choosing, exporting, reassign_views
from youths.listing import saved_views as saving
from youths.listing import views as listing
from youths.merging import transfer_views as transfers
from youths.merging import views as merging
from youths.portfolio import views as portfolio
from youths.rights import views as rights
from youths.views import journal, obstacles, record

app_name = "youths"
urlpatterns = [
    path("jeunes/", listing.youth_list, name="list"),
    path("jeunes/recherche/", listing.search, name="search"),
    path("jeunes/filtres/", saving.filters, name="filters"),
    path("jeunes/referents/", choosing.referent_list, name="referents"),
    path("jeunes/confier/", reassign_views.reassign, name="reassign"),
    path("jeunes/export/", exporting.export, name="export"),
    path("jeunes/portefeuille/", portfolio.portfolio, name="portfolio"),
    path("jeunes/nouveau/", record.youth_create, name="create"),
    path("jeunes/<uuid:uuid>/", record.youth_detail, name="detail"),
    path("jeunes/<uuid:uuid>/a-cote/", beside.go_beside, name="beside"),
    path("jeunes/<uuid:uuid>/ouvrir/", record.youth_open, name="open"),
    path("jeunes/<uuid:uuid>/corriger/", record.youth_correct, name="correct"),
    path("jeunes/<uuid:uuid>/situation/", record.youth_situation, name="situation"),
    path("jeunes/<uuid:uuid>/journal/", journal.journal_write, name="journal_write"),
    path("jeunes/<uuid:uuid>/journal/retirer/", journal.journal_withdraw, name="journal_withdraw"),
    path("jeunes/<uuid:uuid>/etape/", journal.step_propose, name="step_propose"),
    path("jeunes/<uuid:uuid>/etape/accord/", journal.step_agree, name="step_agree"),
    path("jeunes/<uuid:uuid>/etape/clore/", journal.step_close, name="step_close"),
    path("jeunes/<uuid:uuid>/freins/", obstacles.obstacle_note, name="obstacle_note"),
    path("jeunes/<uuid:uuid>/freins/suite/", obstacles.obstacle_step, name="obstacle_step"),
    path("jeunes/<uuid:uuid>/freins/reserves/", restricted_views.restricted_obstacles, name="restricted"),
    path("jeunes/<uuid:uuid>/lien/", accompanying.link, name="link"),
    path("jeunes/<uuid:uuid>/inviter/", accompanying.invite, name="invite"),
    path(
        "jeunes/<uuid:uuid>/inviter/reprendre/",
        accompanying.invitation_take_back,
        name="invitation_take_back",
    ),
    path("jeunes/<uuid:uuid>/invitation/", accompanying.invitation, name="invitation"),
    path("jeunes/<uuid:uuid>/accords/", agreements.agreement_give, name="agreement_give"),
    path("jeunes/<uuid:uuid>/accords/retirer/", agreements.agreement_withdraw, name="agreement_withdraw"),
    path("jeunes/<uuid:uuid>/accords/lien/", agreements.agreement_ask, name="agreement_ask"),
    path("suppressions/<uuid:uuid>/", agreements.disposal, name="disposal"),
    path("accord/<str:token>/", public.agreement_answer, name="agreement_answer"),
    path("jeunes/<uuid:uuid>/traces/", trail.youth_trail, name="trail"),
    path("jeunes/<uuid:uuid>/inscrire/", merging.adopt, name="adopt"),
    path("jeunes/<uuid:uuid>/rattacher/", merging.attach, name="attach"),
    path("jeunes/<uuid:uuid>/doublons/", merging.duplicates, name="duplicates"),
    path("jeunes/<uuid:uuid>/fusionner/", merging.merge, name="merge"),
    path("jeunes/<uuid:uuid>/distincts/", merging.distinct, name="distinct"),
    path("jeunes/<uuid:uuid>/separer/", merging.unmerge, name="unmerge"),
    path("jeunes/<uuid:uuid>/transferer/", transfers.transfer, name="transfer"),
    path("transferts/<uuid:uuid>/", transfers.transfer_detail, name="transfer_detail"),
    path("transferts/<uuid:uuid>/accepter/", transfers.transfer_accept, name="transfer_accept"),
    path("transferts/<uuid:uuid>/refuser/", transfers.transfer_refuse, name="transfer_refuse"),
    path("transferts/<uuid:uuid>/reprendre/", transfers.transfer_take_back, name="transfer_take_back"),
    path("protection-des-donnees/", rights.rights_home, name="rights"),
    path("protection-des-donnees/demandes/nouvelle/", rights.rights_find, name="rights_find"),
    path("protection-des-donnees/demandes/<uuid:uuid>/", rights.rights_request, name="rights_request"),
    path("protection-des-donnees/demandes/<uuid:uuid>/reponse/", rights.rights_answer, name="rights_answer"),
    path("protection-des-donnees/demandes/<uuid:uuid>/delai/", rights.rights_extend, name="rights_extend"),
    path(
        "protection-des-donnees/demandes/<uuid:uuid>/rassembler/", rights.rights_gather, name="rights_gather"
    ),
    path(
        "protection-des-donnees/demandes/<uuid:uuid>/archive/", rights.rights_archive, name="rights_archive"
    ),
    path("protection-des-donnees/demandes/<uuid:uuid>/effacer/", rights.rights_erase, name="rights_erase"),
    path("protection-des-donnees/decisions/nouvelle/", rights.rights_decide, name="rights_decide"),
    path(
        "protection-des-donnees/decisions/<int:pk>/fin/",
        rights.rights_decision_end,
        name="rights_decision_end",
    ),
    path(
        "protection-des-donnees/decisions/<int:pk>/personnes/", rights.rights_entitle, name="rights_entitle"
    ),
    path("protection-des-donnees/conservation/", rights.rights_retention, name="rights_retention"),
    path("protection-des-donnees/conservation/<uuid:uuid>/", rights.rights_keep, name="rights_keep"),
]
