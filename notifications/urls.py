from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [
    path("notifications/", views.notification_list, name="list"),
    path("notifications/ouvrir/", views.open_notification, name="open"),
    path("demonstration/courrier/", views.demo_mailbox, name="mailbox"),
    path("notifications/lues/", views.mark_read, name="mark_read"),
    path("notifications/courriels/", views.edit_preferences, name="preferences"),
]
