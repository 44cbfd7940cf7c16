"""Sign in to a server, or make an account there. GUI thread; shows `SignInState`."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit

from ui.pages.setup_column import SetupColumn
from ui.presenters.sign_in import SignInPresenter, SignInState
from ui.theme.theme import Theme
from ui.theme.tokens import SPACE, TYPE
from ui.widgets.buttons import LinkButton, PrimaryPill
from ui.widgets.field import BOXED, Field
from ui.widgets.plain_label import PlainLabel

FIELDS = (
    ("address", "Server address", "music.example.org"),
    ("username", "Name", ""),
    ("password", "Password", ""),
)


class SignInPage(SetupColumn):
    other_place_asked = Signal()

    def __init__(self, theme: Theme, presenter: SignInPresenter) -> None:
        super().__init__(theme, "Sign in to your server", "Your password goes to that server and nowhere else.")
        self._theme = theme
        self._presenter = presenter
        self.fields: dict[str, QLineEdit] = {}
        for key, label, example in FIELDS:
            self._add_field(key, label, example)
        self.fields["password"].setEchoMode(QLineEdit.EchoMode.Password)
        self.problem = PlainLabel(theme, role="bad", wraps=True)
        self.column.addWidget(self.problem)
        self.column.addSpacing(SPACE.xs)
        self.column.addLayout(self._build_foot())
        presenter.state_changed.connect(self.show_state)
        self.fields["address"].setText(presenter.state.address)
        self.fields["username"].setText(presenter.state.username)
        self.show_state(presenter.state)

    def show_state(self, state: SignInState) -> None:
        is_new = state.is_registering
        self.question.set_text("Make an account" if is_new else "Sign in to your server")
        self.submit.setText("One moment" if state.is_busy else "Make the account" if is_new else "Sign in")
        self.submit.rename(self.submit.text())
        self.submit.setEnabled(not state.is_busy)
        self.register.setText("I have an account" if is_new else "Make an account")
        self.register.rename(self.register.text())
        self.problem.set_text(state.problem)
        self.problem.setVisible(bool(state.problem))
        for field in self.fields.values():
            field.setEnabled(not state.is_busy)
        if state.field in self.fields:
            self.fields[state.field].setFocus()
            self.fields[state.field].selectAll()

    def forget_password(self) -> None:
        self.fields["password"].clear()

    def _add_field(self, key: str, label: str, example: str) -> None:
        name = PlainLabel(self._theme, label, size=TYPE.small, role="muted")
        field = Field(self._theme, BOXED)
        field.setAccessibleName(label)
        field.setPlaceholderText(example)
        field.returnPressed.connect(self._submit)
        name.setBuddy(field)
        self.fields[key] = field
        self.column.addWidget(name)
        self.column.addWidget(field)

    def _build_foot(self) -> QHBoxLayout:
        theme = self._theme
        self.register = LinkButton(theme, "Make an account")
        self.register.clicked.connect(
            lambda: self._presenter.set_registering(not self._presenter.state.is_registering)
        )
        self.elsewhere = LinkButton(theme, "Another place", quiet=True)
        self.elsewhere.clicked.connect(self.other_place_asked)
        self.submit = PrimaryPill(theme, "Sign in")
        self.submit.clicked.connect(self._submit)
        row = QHBoxLayout()
        row.setSpacing(SPACE.m)
        row.addWidget(self.elsewhere)
        row.addWidget(self.register)
        row.addStretch(1)
        row.addWidget(self.submit)
        return row

    def _submit(self) -> None:
        texts = {key: field.text() for key, field in self.fields.items()}
        self._presenter.submit(texts["address"], texts["username"], texts["password"])
