"""The view model of a pack: what each page says, without any markup."""
