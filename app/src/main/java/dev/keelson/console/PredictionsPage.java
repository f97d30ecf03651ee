package dev.keelson.console;

import dev.keelson.console.view.Markup;
import dev.keelson.console.view.Fact;
import dev.keelson.console.view.PredictionView;
import dev.keelson.console.view.PredictionsView;
import dev.keelson.console.view.Shell;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.PredictionPages;
import dev.keelson.registry.ModelVersion;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.train.ModelDefinition;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The log of predictions: a list by filters that stand in the address, and one prediction. */
public final class PredictionsPage {
    private static final int SIZE = 50;

    private final Backend backend;
    private final ZoneId zone;

    PredictionsPage(Backend backend) {
        this.backend = backend;
        this.zone = backend.project().zone();
    }

    /**
     * What the address asks for.
     *
     * @param filter understood
     * @param typed the same as it was typed: model, version, settled, from, to, text
     * @param cursor where the page before ended, or null
     */
    public record Asked(PredictionPages.Filter filter, Map<String, String> typed, @Nullable String cursor) {
        public Asked {
            typed = Collections.unmodifiableMap(new LinkedHashMap<>(typed));
        }
    }

    PredictionsView view(Shell shell, Asked asked) {
        List<ModelDefinition> models = backend.project().models();
        PredictionPages.Filter filter = asked.filter();
        String name = filter.model() == null && !models.isEmpty() ? models.getFirst().name() : filter.model();
        PredictionPages.Filter chosen = new PredictionPages.Filter(
                name,
                filter.version(),
                filter.role() == null ? "champion" : filter.role(),
                filter.from(),
                filter.to(),
                filter.settled(),
                filter.text());
        List<String> classes = classes(name == null ? "" : name);
        PredictionPages.Page page = PredictionPages.page(backend, chosen, asked.cursor(), SIZE);
        Map<String, String> typed = new LinkedHashMap<>(asked.typed());
        boolean narrowed = typed.entrySet().stream()
                .anyMatch(entry -> !entry.getKey().equals("model") && !entry.getValue().isEmpty());
        boolean serves = name != null && backend.alias(name, ModelVersion.CHAMPION).isPresent();
        String plain = address(typed, null);
        return new PredictionsView(
                shell,
                models.stream().map(ModelDefinition::name).toList(),
                new PredictionsView.Filter(
                        name == null ? "" : name,
                        typed.getOrDefault("version", ""),
                        typed.getOrDefault("settled", ""),
                        typed.getOrDefault("from", ""),
                        typed.getOrDefault("to", ""),
                        typed.getOrDefault("text", "")),
                classes,
                page.predictions().stream().map(row -> row(row, classes)).toList(),
                Text.count(page.total()) + (page.total() == 1 ? " prediction" : " predictions"),
                asked.cursor() == null ? null : plain,
                page.next() == null ? null : address(typed, page.next()),
                narrowed
                        ? "Filtered away: predictions exist only outside these filters, if at all."
                        : serves
                                ? "Nothing yet: this model has not predicted anything."
                                : "Nothing yet: this model cannot predict, because no version serves.",
                narrowed ? "" : serves ? "keelson predict " + name + " FILE" : "keelson run");
    }

    private static String address(Map<String, String> typed, @Nullable String cursor) {
        StringBuilder address = new StringBuilder("/predictions");
        Map<String, String> all = new LinkedHashMap<>(typed);
        if (cursor != null) {
            all.put("cursor", cursor);
        }
        char separator = '?';
        for (Map.Entry<String, String> entry : all.entrySet()) {
            if (!entry.getValue().isEmpty()) {
                address.append(separator).append(entry.getKey()).append('=');
                address.append(URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8));
                separator = '&';
            }
        }
        return address.toString();
    }

    private List<String> classes(String model) {
        return backend.project().models().stream()
                .filter(definition -> definition.name().equals(model))
                .findFirst()
                .map(ModelDefinition::classes)
                .orElse(List.of());
    }

    private PredictionsView.Row row(LoggedPrediction prediction, List<String> classes) {
        PredictionEvent event = prediction.event();
        List<String> probabilities = new ArrayList<>();
        for (double p : event.probabilities()) {
            probabilities.add(Text.fixed(p, 3));
        }
        int best = event.predicted();
        int happened = prediction.outcome() == null ? -1 : classes.indexOf(prediction.outcome());
        return new PredictionsView.Row(
                event.id().toString(),
                Text.minute(event.eventTime(), zone),
                entity(event),
                event.segment(),
                "v" + event.version(),
                event.isNumber()
                        ? Markup.EMPTY
                        : Charts.probabilities(event.probabilities(), classes, happened),
                event.isNumber() ? List.of() : probabilities,
                event.isNumber() ? Text.short3(event.probabilities()[0]) : name(classes, best),
                event.isNumber() ? Text.NONE : Text.percent(event.probabilities()[best]),
                prediction.outcome() == null ? Text.NONE : prediction.outcome(),
                happened < 0 ? "" : happened == best ? "hit" : "miss");
    }

    private static String entity(PredictionEvent event) {
        return event.entity().replace("|", " · ");
    }

    private static String name(List<String> classes, int position) {
        return position < classes.size() ? classes.get(position) : Integer.toString(position);
    }

    PredictionView one(Shell shell, UUID id) {
        LoggedPrediction prediction = backend.prediction(id)
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.PREDICTION_NOT_FOUND,
                        "There is no prediction (%s) in the log.".formatted(id),
                        "Maybe the log's index has not caught up yet: try again in a moment."));
        PredictionEvent event = prediction.event();
        List<String> classes = classes(event.model());
        int happened = prediction.outcome() == null ? -1 : classes.indexOf(prediction.outcome());
        List<Fact> facts = new ArrayList<>();
        facts.add(Fact.of("About", entity(event)));
        facts.add(Fact.of("Model", "%s v%d, %s".formatted(event.model(), event.version(), event.role())));
        facts.add(Fact.of("Happens", Text.minute(event.eventTime(), zone)));
        facts.add(Fact.of("Features known before", Text.minute(event.asOf(), zone)));
        facts.add(Fact.of("Served", Text.minute(event.at(), zone)));
        facts.add(new Fact("Id", event.id().toString(), true));
        List<Fact> probabilities = new ArrayList<>();
        for (int c = 0; c < event.probabilities().length; c++) {
            probabilities.add(Fact.of(event.isNumber() ? "value" : name(classes, c), Text.fixed(event.probabilities()[c], 4)));
        }
        String outcome = prediction.outcome() == null
                ? "The outcome is not known yet."
                : event.isNumber()
                ? "%s happened.".formatted(prediction.outcome())
                : "%s happened%s: a %s."
                        .formatted(
                                prediction.outcome(),
                                prediction.outcomeKnownAt() == null
                                        ? ""
                                        : ", known since " + Text.minute(prediction.outcomeKnownAt(), zone),
                                happened == event.predicted() ? "hit" : "miss");
        return new PredictionView(
                shell,
                event.id().toString(),
                facts,
                event.isNumber()
                        ? Markup.EMPTY
                        : Charts.probabilities(event.probabilities(), classes, happened),
                probabilities,
                outcome,
                ImportancePage.why(backend, id),
                inputs(event));
    }

    private List<Fact> inputs(PredictionEvent event) {
        ModelVersion served = backend.versions(event.model()).stream()
                .filter(version -> version.version() == event.version())
                .findFirst()
                .orElse(null);
        List<Fact> inputs = new ArrayList<>();
        if (served == null) {
            return inputs;
        }
        List<String> names = backend.inputNames(served);
        int features = event.features().length;
        if (names.size() == features + event.watched().length) {
            for (int i = 0; i < names.size(); i++) {
                double value = i < features ? event.features()[i] : event.watched()[i - features];
                String text = backend.inputText(served, names.get(i), value);
                inputs.add(Fact.of(
                        names.get(i), text != null ? text : Double.isNaN(value) ? "missing" : Text.short3(value)));
            }
        }
        return inputs;
    }
}
