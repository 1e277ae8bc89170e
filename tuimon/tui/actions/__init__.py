"""What the keys of the main screen do, a mixin per topic; `screens.monitor` puts them together."""
