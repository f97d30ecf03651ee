package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.monitor.performance.Bet;
import dev.keelson.serve.PredictionEvent;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A bet that is handed in beside a prediction: {@code bet.on} (a class), {@code bet.odds}, {@code bet.stake} (1 when absent) and
 * {@code bet.closing_odds}. It stands in the metadata as {@code bet}.
 */
final class LoggedBet {
    /** Its name among the fields of a row, and in the metadata. */
    static final String NAME = "bet";

    private static final String ON = "on";
    private static final String ODDS = "odds";
    private static final String STAKE = "stake";
    private static final String CLOSING = "closing_odds";
    private static final Set<String> KEYS = Set.of(ON, ODDS, STAKE, CLOSING);

    private LoggedBet() {}

    /** The bet of a row as it is kept; null for none, and with problems. */
    static @Nullable ObjectNode read(LoggedModel model, SubmittedRow row) {
        JsonNode given = row.get(NAME);
        if (given == null || (given.isObject() && given.valueStream().allMatch(each -> each.isNull() || each.asText().isBlank()))) {
            return null; // a line of a CSV without one
        }
        if (!given.isObject() || model.isNumber()) {
            row.problem(
                    NAME,
                    model.isNumber()
                            ? "The model (%s) predicts numbers; a bet is on a class.".formatted(model.name())
                            : "The value of bet is not an object, as expected, such as {\"on\": \"%s\", \"odds\": 2.1}.".formatted(model.classes().getLast()),
                    null);
            return null;
        }
        given.fieldNames().forEachRemaining(key -> {
            if (!KEYS.contains(key)) {
                row.problem(NAME + "." + key, "The key %s is unknown; expected %s.".formatted(key, KEYS.stream().sorted().toList()), null);
            }
        });
        String on = given.path(ON).asText("");
        if (!model.classes().contains(on)) {
            row.problem(
                    NAME + "." + ON,
                    "A bet on (%s) cannot be; expected one of %s.".formatted(on, String.join(", ", model.classes())),
                    null);
        }
        ObjectNode bet = JsonNodeFactory.instance.objectNode().put(ON, on);
        put(bet, row, given, ODDS, 1, null);
        put(bet, row, given, STAKE, 0, 1.0);
        if (known(given, CLOSING)) {
            put(bet, row, given, CLOSING, 1, null);
        }
        return bet;
    }

    private static boolean known(JsonNode given, String name) {
        return given.hasNonNull(name) && !given.path(name).asText().isBlank();
    }

    private static void put(ObjectNode bet, SubmittedRow row, JsonNode given, String name, double above, @Nullable Double absent) {
        String field = NAME + "." + name;
        if (!known(given, name)) {
            if (absent == null) {
                row.problem(field, "%s is missing; expected a number above %.0f.".formatted(field, above), null);
            } else {
                bet.put(name, absent);
            }
            return;
        }
        double value = row.number(field, given.path(name));
        if (value <= above) {
            row.problem(field, "The value (%s) of %s is wrong; expected a number above %.0f.".formatted(value, field, above), null);
        }
        bet.put(name, value);
    }

    /** The bet that is kept beside a prediction; {@link Bet#NONE} without one. */
    static Bet of(PredictionEvent event, List<String> classes) {
        if (!event.metadata().contains("\"" + NAME + "\"")) {
            return Bet.NONE;
        }
        Optional<JsonNode> kept = JsonTexts.read(event.metadata()).map(each -> each.path(NAME));
        int on = kept.map(each -> classes.indexOf(each.path(ON).asText())).orElse(-1);
        double odds = kept.map(each -> each.path(ODDS).asDouble()).orElse(0.0);
        double stake = kept.map(each -> each.path(STAKE).asDouble()).orElse(0.0);
        if (on < 0 || !(odds > 1 && stake > 0)) {
            return Bet.NONE; // metadata of the caller's own, by the same name
        }
        double closing = kept.map(each -> each.path(CLOSING).asDouble()).orElse(0.0);
        return new Bet(on, odds, stake, closing > 1 ? closing : Double.NaN, Double.NaN);
    }
}
