from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("connexion/", views.sign_in, name="sign_in"),
    path("connexion/demonstration/", views.demo_sign_in, name="demo_sign_in"),
    path("deconnexion/", views.sign_out, name="sign_out"),
]
