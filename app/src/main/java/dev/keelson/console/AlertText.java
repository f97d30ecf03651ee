package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.view.AlertsView.Told;
import dev.keelson.console.view.Badge.Level;
import dev.keelson.console.view.Badge;
import java.time.ZoneId;

/** Alerts and messages about them in words. */
final class AlertText {
    private AlertText() {}

    static String address(String id) {
        return "/alerts/" + Paging.encoded(id);
    }

    static Badge severity(JsonNode alert) {
        String word = alert.path("severity").asText();
        return switch (word) {
            case "critical" -> new Badge(Level.HIGH, word);
            case "warning" -> new Badge(Level.MODERATE, word);
            default -> new Badge(Level.UNKNOWN, word);
        };
    }

    static Badge state(JsonNode alert) {
        String word = alert.path("state").asText();
        return switch (word) {
            case "open" -> new Badge(Level.HIGH, word);
            case "resolved" -> new Badge(Level.OK, word);
            default -> new Badge(Level.UNKNOWN, word);
        };
    }

    static boolean isOpen(JsonNode alert) {
        return !alert.path("state").asText().equals("resolved");
    }

    /** {@code drift of football-1x2}. */
    static String about(JsonNode alert) {
        String model = alert.path("model").asText();
        return Text.words(alert.path("kind").asText()) + (model.isEmpty() ? "" : " of " + model);
    }

    /** {@code once} or {@code 3 times}. */
    static String count(JsonNode alert) {
        long count = alert.path("count").asLong();
        return count == 1 ? "once" : Text.count(count) + " times";
    }

    /** Until when it is silent, and who changed it last and why. */
    static String silent(JsonNode alert, ZoneId zone) {
        String who = alert.path("actor").asText();
        String until = alert.path("snoozed_until").isTextual()
                ? "until " + Moments.of(alert.path("snoozed_until"), zone).text()
                : "";
        String why = who.isEmpty() ? "" : "%s: %s".formatted(who, alert.path("reason").asText());
        return until.isEmpty() || why.isEmpty() ? until + why : until + ", " + why;
    }

    /** What became of a message. */
    static Told told(JsonNode delivery, ZoneId zone) {
        String state = delivery.path("state").asText();
        String problem = delivery.path("error").asText();
        Badge badge = switch (state) {
            case "sent" -> new Badge(Level.OK, state);
            case "failed" -> new Badge(Level.HIGH, state);
            default -> new Badge(problem.isEmpty() ? Level.UNKNOWN : Level.MODERATE, problem.isEmpty() ? state : "trying again");
        };
        int tries = delivery.path("attempts").asInt();
        return new Told(
                badge,
                "%s: %s".formatted(delivery.path("event").asText(), delivery.path("subject").asText()),
                Moments.of(delivery.path("at"), zone),
                tries == 1 ? "1 try" : tries + " tries",
                problem);
    }
}
