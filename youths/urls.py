from django.urls import path

from youths import trail, views

app_name = "youths"
urlpatterns = [
    path("jeunes/", views.youth_list, name="list"),
    path("jeunes/recherche/", views.search, name="search"),
    path("jeunes/nouveau/", views.youth_create, name="create"),
    path("jeunes/<uuid:uuid>/", views.youth_detail, name="detail"),
    path("jeunes/<uuid:uuid>/ouvrir/", views.youth_open, name="open"),
    path("jeunes/<uuid:uuid>/traces/", trail.youth_trail, name="trail"),
]
