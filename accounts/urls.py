from django.urls import path

from accounts.views import account, factors, proconnect, sessions, sign_in

app_name = "accounts"
urlpatterns = [
    path("connexion/", sign_in.sign_in, name="sign_in"),
    path("connexion/verification/", sign_in.challenge, name="challenge"),
    path("connexion/securiser/", factors.enrol, name="enrol"),
    path("connexion/securiser/cle/", factors.enrol_passkey, name="enrol_passkey"),
    path("connexion/proconnect/", proconnect.leave, name="proconnect"),
    path("connexion/proconnect/retour/", proconnect.come_back, name="proconnect_return"),
    path("connexion/demonstration/", sign_in.demo_sign_in, name="demo_sign_in"),
    path("deconnexion/", sign_in.sign_out, name="sign_out"),
    path("mot-de-passe/oublie/", account.reset, name="reset"),
    path("mot-de-passe/oublie/envoye/", account.reset_sent, name="reset_sent"),
    path("mot-de-passe/nouveau/<str:uid>/<str:token>/", account.reset_confirm, name="reset_confirm"),
    path("mon-compte/", account.account, name="account"),
    path("mon-compte/confirmer/", account.confirm, name="confirm"),
    path("mon-compte/mot-de-passe/", account.change_password, name="change_password"),
    path("mon-compte/application/", factors.add_app, name="add_app"),
    path("mon-compte/cle/", factors.add_passkey, name="add_passkey"),
    path("mon-compte/retirer/", factors.remove_factor, name="remove_factor"),
    path("mon-compte/codes-de-secours/", factors.recovery_codes, name="recovery_codes"),
    path("mon-compte/codes-de-secours/fichier/", factors.download_codes, name="download_codes"),
    path("mon-compte/codes-de-secours/nouveaux/", factors.renew_codes, name="renew_codes"),
    path("mes-connexions/", sessions.session_list, name="sessions"),
    path("mes-connexions/fermer/", sessions.end_session, name="end_session"),
]
