from django.urls import path

from accounts.views import sessions, sign_in

app_name = "accounts"
urlpatterns = [
    path("connexion/", sign_in.sign_in, name="sign_in"),
    path("connexion/demonstration/", sign_in.demo_sign_in, name="demo_sign_in"),
    path("deconnexion/", sign_in.sign_out, name="sign_out"),
    path("mes-connexions/", sessions.session_list, name="sessions"),
    path("mes-connexions/fermer/", sessions.end_session, name="end_session"),
]
