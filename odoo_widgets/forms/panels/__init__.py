"""The panels of the form: functions from the state to a widget. No panel knows another."""
