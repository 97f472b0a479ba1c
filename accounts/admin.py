"""People, their firm and their invitations in the Django administration, under the same rules as on the Équipe page."""

from django import forms
from django.contrib import admin

from accounts import team
from accounts.forms import RolesField
from accounts.models import Firm, Invitation, User
from accounts.roles import Role


class UserAdminForm(forms.ModelForm):
    """An account as `by`, set for each request, may change it."""

    by: User
    roles = RolesField()

    class Meta:
        model = User
        fields = ["first_name", "last_name", "email", "phone", "roles", "manager", "weekly_hours", "language"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        offered = {*team.grantable_roles(self.by, self.instance), *self.instance.roles}
        self.fields["roles"].choices = [choice for choice in Role.choices if choice[0] in offered]
        if "manager" in self.fields:
            self.fields["manager"].queryset = team.possible_managers(self.instance)

    def clean_email(self):
        return self.cleaned_data["email"].lower()

    def clean(self):
        cleaned = super().clean()
        if {"roles", "manager"} <= cleaned.keys():
            saved = User.objects.get(pk=self.instance.pk)
            team.check(person=saved, by=self.by, roles=cleaned["roles"], manager=cleaned["manager"])
        return cleaned


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """Who is here and what they may do. Newcomers are invited, leavers deactivated, from Réglages › Équipe.

    The application above adds the ways for a list to come in and go out.
    """

    form = UserAdminForm
    fields = [*UserAdminForm.Meta.fields, "is_active", "joined_at", "last_login"]
    readonly_fields = ["is_active", "joined_at", "last_login"]
    list_display = ["__str__", "email", "role_names", "manager", "is_active"]
    list_filter = ["is_active"]
    list_select_related = ["manager"]
    search_fields = ["email", "first_name", "last_name"]

    @admin.display(description=RolesField().label)
    def role_names(self, person):
        return ", ".join(str(Role(role).label) for role in person.roles)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        form.by = request.user
        return form

    def save_model(self, request, obj, form, change):
        saved = User.objects.get(pk=obj.pk)
        names = ["email", "first_name", "last_name", "roles", "manager", "weekly_hours", "phone"]
        team.change(person=saved, by=request.user, **{name: getattr(obj, name) for name in names})
        User.objects.filter(pk=obj.pk).update(language=obj.language)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (obj is None or team.may_manage(request.user, obj))

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Firm)
class FirmAdmin(admin.ModelAdmin):
    """Read here; changed from Réglages › Entreprise, which knows who may switch what."""

    list_display = ["__str__", "revenue_word", "owner_word", "parts"]
    exclude = ["hourly_cost"]  # not for everybody who administers

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin):
    """Read here; made and taken back from Réglages › Équipe. The hash of the token stays out of sight."""

    fields = ["email", "roles", "manager", "invited_by", "invited_at", "expires_at", "accepted_by", "revoked_at"]
    list_display = ["__str__", "roles", "invited_by", "expires_at", "accepted_at", "revoked_at"]
    list_select_related = ["invited_by"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
