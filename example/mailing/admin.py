"""Subscribers and deliveries in the admin; celery_taskq adds its own pages for the tasks."""

from typing import Any

from django.contrib import admin

from .models import Delivery, Subscriber


@admin.register(Subscriber)
class SubscriberAdmin(admin.ModelAdmin):
    list_display = ("name", "email", "language", "plan", "joined_at")
    list_filter = ("plan", "language")
    search_fields = ("name", "email")


@admin.register(Delivery)
class DeliveryAdmin(admin.ModelAdmin):
    list_display = ("subscriber", "kind", "retries", "sent_at")
    list_filter = ("kind", "retries")
    list_select_related = ("subscriber",)
    search_fields = ("subscriber__email",)

    def has_add_permission(self, request: Any) -> bool:
        return False
