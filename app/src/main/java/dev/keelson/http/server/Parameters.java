package dev.keelson.http.server;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.error.Suggestion;
import dev.keelson.http.Backend;
import dev.keelson.http.LoggedModel;
import dev.keelson.http.PredictionPages;
import dev.keelson.train.ModelDefinition;
import io.helidon.webserver.http.ServerRequest;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The query parameters of one request; collects every problem and reports them at once. */
final class Parameters {
    private final ServerRequest request;
    private final List<Problem> problems = new ArrayList<>();
    private final Map<String, Instant> instants = new HashMap<>();

    Parameters(ServerRequest request) {
        this.request = request;
    }

    /** The parameter, or null when it is absent or empty. */
    @Nullable String text(String name) {
        String value = request.query().first(name).orElse("");
        return value.isBlank() ? null : value.strip();
    }

    /** All values of a parameter that may come several times; empty ones do not count. */
    List<String> texts(String name) {
        return request.query().all(name, List::of).stream()
                .map(String::strip)
                .filter(value -> !value.isEmpty())
                .toList();
    }

    @Nullable Boolean flag(String name) {
        String value = text(name);
        if (value == null) {
            return null;
        }
        if (value.equals("true") || value.equals("false")) {
            return value.equals("true");
        }
        wrong(name, value, "true or false");
        return null;
    }

    int number(String name, int least, int most, int absent) {
        String value = text(name);
        if (value == null) {
            return absent;
        }
        if (value.matches("\\d{1,9}")) {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        }
        wrong(name, value, "a whole number from %d to %d".formatted(least, most));
        return absent;
    }

    /** An instant ({@code 2020-05-01T12:00:00Z}), or a day, which means its start in the zone. */
    @Nullable Instant instant(String name, ZoneId zone) {
        String value = text(name);
        if (value == null) {
            return null;
        }
        try {
            Instant instant = value.length() == 10 ? LocalDate.parse(value).atStartOfDay(zone).toInstant() : Instant.parse(value);
            instants.put(name, instant);
            return instant;
        } catch (DateTimeException e) {
            wrong(name, value, "a day such as 2020-05-01 or an instant such as 2020-05-01T12:00:00Z");
            return null;
        }
    }

    /** Which predictions are asked for: {@code model, version, role, from, to, settled, text,
     * served, outcome, min_confidence, max_confidence, metadata}; days are those of the zone. */
    PredictionPages.Filter predictions(ZoneId zone) {
        return predictions(zone, flag("served"));
    }

    /** The same, of answers, of shadows or of both. */
    PredictionPages.Filter predictions(ZoneId zone, @Nullable Boolean served) {
        int version = number("version", 1, Integer.MAX_VALUE, 0);
        return new PredictionPages.Filter(
                text("model"),
                version == 0 ? null : version,
                text("role"),
                instant("from", zone),
                instant("to", zone),
                flag("settled"),
                text("text"),
                new PredictionPages.More(
                        served, text("outcome"), share("min_confidence"), share("max_confidence"), text("metadata")));
    }

    /** A number from 0 to 1, or null when it is absent. */
    private @Nullable Double share(String name) {
        String value = text(name);
        if (value == null) {
            return null;
        }
        try {
            double number = Double.parseDouble(value);
            if (number >= 0 && number <= 1) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        wrong(name, value, "a number from 0 to 1");
        return null;
    }

    void wrong(String name, String value, String expected) {
        problems.add(Problem.at(
                ErrorCode.BAD_REQUEST,
                new Location(name, 0, 0),
                "The value (%s) of the parameter %s is wrong; expected %s.".formatted(value, name, expected),
                null));
    }

    /** Throws when anything was wrong. */
    void check() {
        Instant from = instants.get("from");
        Instant to = instants.get("to");
        if (from != null && to != null && !from.isBefore(to)) {
            wrong("to", to.toString(), "a time after from (%s)".formatted(from));
            instants.clear();
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
    }

    /** A part of the path. */
    static String path(ServerRequest request, String name) {
        return request.path().pathParameters().get(name);
    }

    /** The id in the path. */
    static UUID uuid(String text) {
        if (!text.matches("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "The prediction id (%s) is not a UUID.".formatted(text), null);
        }
        return UUID.fromString(text);
    }

    /**
     * The name of a model that is the project's or is registered.
     *
     * @throws KeelsonException MODEL_NOT_FOUND
     */
    static String registered(Backend backend, String name) {
        return backend.governance().model(name).isPresent() ? name : model(backend, name).name();
    }

    /**
     * The model of the project with that name.
     *
     * @throws KeelsonException MODEL_NOT_FOUND
     */
    static ModelDefinition model(Backend backend, String name) {
        List<ModelDefinition> models = backend.project().models();
        return models.stream().filter(m -> m.name().equals(name)).findFirst().orElseThrow(() -> {
            KeelsonException elsewhere = LoggedModel.elsewhere(backend.project(), name);
            if (elsewhere != null) {
                return elsewhere;
            }
            String names = String.join(", ", models.stream().map(ModelDefinition::name).toList());
            String near = Suggestion.closest(
                            name, models.stream().map(ModelDefinition::name).toList())
                    .orElse(null);
            return new KeelsonException(
                    ErrorCode.MODEL_NOT_FOUND,
                    "There is no model (%s); the project has: %s.".formatted(name, names),
                    near == null ? null : "Maybe you meant `%s`.".formatted(near));
        });
    }
}
