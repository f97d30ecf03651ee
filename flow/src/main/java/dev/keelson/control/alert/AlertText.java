package dev.keelson.control.alert;

import dev.keelson.registry.alert.Alert;
import dev.keelson.registry.alert.Delivery;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Alerts as people read them: what, how bad, since when, where to look, what to type. */
final class AlertText {
    private AlertText() {}

    static String subject(Alert alert, Delivery.Event event) {
        String what = switch (event) {
            case RAISED -> "%s, %s: ".formatted(capitalised(alert.kind()), alert.severity().word());
            case REMINDED -> "Still open: %s, %s: ".formatted(alert.kind(), alert.severity().word());
            case RESOLVED -> "Resolved: %s: ".formatted(alert.kind());
            case TEST -> "Test: ";
        };
        return what + (alert.model().isEmpty() ? alert.title() : alert.model() + ": " + alert.title());
    }

    static String body(Alert alert, Delivery.Event event, String console) {
        StringBuilder text = new StringBuilder();
        switch (event) {
            case RAISED, TEST -> text.append(alert.text());
            case REMINDED -> text.append(alert.text())
                    .append("\nOpen since %s, seen %d times.".formatted(shown(alert.firstAt()), alert.count()));
            case RESOLVED -> text.append(alert.reason().isEmpty() ? "Its cause is gone." : alert.reason())
                    .append("\nIt was open from %s to %s.".formatted(shown(alert.firstAt()), shown(alert.endedAt())));
        }
        if (!console.isEmpty()) {
            text.append("\nOpen: ").append(console).append(alert.page().isEmpty() ? "/alerts" : alert.page());
        }
        if (event != Delivery.Event.RESOLVED && event != Delivery.Event.TEST) {
            if (!alert.command().isEmpty()) {
                text.append("\nDo: ").append(alert.command());
            }
            if (alert.unresolved()) {
                text.append("\nQuiet: keelson alerts snooze ").append(alert.id()).append(" 7d");
            }
        }
        return text.toString();
    }

    /** To the second: a person reads it. */
    static String shown(@Nullable Instant at) {
        return at == null ? "" : at.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static String capitalised(String word) {
        return word.isEmpty() ? word : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
    }
}
