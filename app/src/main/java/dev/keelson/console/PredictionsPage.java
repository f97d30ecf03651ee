package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.view.Markup;
import dev.keelson.console.view.Fact;
import dev.keelson.console.view.PredictionView;
import dev.keelson.console.view.PredictionsView;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.Sheet.Cell;
import dev.keelson.console.view.Shell;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.LoggedModel;
import dev.keelson.http.PredictionPages;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.PredictionQuery;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
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

    /** What the address may say, in order, beside where the page stands. */
    public static final List<String> FILTERS = List.of(
            "model", "id", "text", "version", "role", "served", "settled", "outcome", "min_confidence", "max_confidence", "from",
            "to", "metadata");

    private static final List<String> ROLES = List.of("champion", "challenger", "named", "elsewhere");
    private static final Pattern ID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    /** Whether a text is the id of a prediction. */
    public static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    PredictionsView view(Shell shell, Asked asked) {
        List<LoggedModel> models = LoggedModel.all(backend.project());
        PredictionPages.Filter filter = asked.filter();
        String name = filter.model() == null && !models.isEmpty() ? models.getFirst().name() : filter.model();
        Map<String, String> typed = new LinkedHashMap<>(asked.typed());
        String id = typed.getOrDefault("id", "");
        PredictionPages.Page page;
        if (id.isEmpty()) {
            PredictionPages.Filter chosen = new PredictionPages.Filter(
                    name,
                    filter.version(),
                    filter.role(),
                    filter.from(),
                    filter.to(),
                    filter.settled(),
                    filter.text(),
                    filter.more());
            page = PredictionPages.page(backend, chosen, asked.cursor(), SIZE);
        } else { // it is the only one, whatever else was typed
            List<LoggedPrediction> found = backend.prediction(UUID.fromString(id)).stream().toList();
            page = new PredictionPages.Page(found, found.size(), null);
            name = found.isEmpty() ? name : found.getFirst().event().model();
        }
        List<String> classes = classes(name == null ? "" : name);
        boolean narrowed = typed.entrySet().stream()
                .anyMatch(entry -> !entry.getKey().equals("model") && !entry.getValue().isEmpty());
        boolean elsewhere = name != null && LoggedModel.isElsewhere(backend.project(), name);
        boolean serves = name != null && backend.alias(name, ModelVersion.CHAMPION).isPresent();
        return new PredictionsView(
                shell,
                models.stream().map(LoggedModel::name).toList(),
                ROLES,
                new PredictionsView.Filter(name == null ? "" : name, typed),
                classes,
                page.predictions().stream().map(row -> row(row, classes)).toList(),
                Text.count(page.total()) + (page.total() == 1 ? " prediction" : " predictions"),
                asked.cursor() == null ? null : Paging.address("/predictions", typed),
                page.next() == null ? null : address(typed, page.next()),
                narrowed
                        ? "Filtered away: predictions exist only outside these filters, if at all."
                        : elsewhere
                                ? "Nothing yet: no prediction of this model was handed in."
                                : serves
                                        ? "Nothing yet: this model has not predicted anything."
                                        : "Nothing yet: this model cannot predict, because no version serves.",
                narrowed
                        ? ""
                        : elsewhere
                                ? "keelson predictions submit %s FILE".formatted(name)
                                : serves ? "keelson predict " + name + " FILE" : "keelson run");
    }

    private static String address(Map<String, String> typed, String cursor) {
        Map<String, String> all = new LinkedHashMap<>(typed);
        all.put("cursor", cursor);
        return Paging.address("/predictions", all);
    }

    private static String role(PredictionEvent event) {
        return event.role() + (event.served() ? "" : ", shadow");
    }

    private List<String> classes(String model) {
        return LoggedModel.classes(backend.project(), model);
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
                role(event),
                event.client().isEmpty() ? Text.NONE : event.client(),
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
        facts.add(Fact.of("Model", "%s v%d".formatted(event.model(), event.version())));
        facts.add(Fact.of("Role", event.role() + (event.served() ? ", it was the answer" : ", in shadow: not the answer")));
        facts.add(Fact.of("Client", event.client().isEmpty() ? "not said" : event.client()));
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
        JsonNode told = null;
        String failure = "";
        try {
            told = backend.explanations().prediction(id);
        } catch (KeelsonException e) {
            failure = Text.problems(e);
        }
        if (!event.isNumber()) {
            probabilities.add(Fact.of("confidence", Text.percent(event.confidence())));
        }
        beside(told, probabilities);
        List<Section.Link> links = new ArrayList<>();
        links.add(new Section.Link("Lineage: the version that answered and the rows it saw", "/lineage?of=prediction%2F" + id));
        links.addAll(origins(event));
        links.add(new Section.Link("Its record in the log", "/api/v1/predictions/" + id));
        links.add(new Section.Link("Traced to the source rows, as JSON", "/api/v1/predictions/" + id + "/trace"));
        return new PredictionView(
                shell,
                event.id().toString(),
                links,
                facts,
                event.isNumber()
                        ? Markup.EMPTY
                        : Charts.probabilities(event.probabilities(), classes, happened),
                probabilities,
                outcome,
                ImportancePage.why(told, failure),
                new UsedFeatures(backend, event).section(),
                others(prediction, classes),
                sent(event));
    }

    /** The version that answered, the run that made it, the data it was trained on, and its rollout. */
    private List<Section.Link> origins(PredictionEvent event) {
        ModelVersion version = backend.versions(event.model()).stream()
                .filter(each -> each.version() == event.version())
                .findFirst()
                .orElse(null);
        if (version == null) {
            return List.of();
        }
        List<Section.Link> links = new ArrayList<>();
        links.add(new Section.Link(
                "v%d of %s".formatted(event.version(), event.model()), Promotions.address(event.model(), event.version())));
        Run run = backend.run(version.runId()).orElse(null);
        if (run != null) {
            links.add(new Section.Link("The run that made it", "/runs/" + Paging.encoded(run.id())));
            trainedOn(event.model(), run).forEach((source, data) -> links.add(new Section.Link(
                    "Trained on %s %s".formatted(source, data.substring(0, Math.min(12, data.length()))),
                    "/data/%s/versions/%s".formatted(Paging.encoded(source), Paging.encoded(data)))));
        }
        links.add(new Section.Link("Rollout", RolloutPage.address(event.model())));
        return links;
    }

    /** Source to the data version that a run was trained on, where it says so. */
    private Map<String, String> trainedOn(String model, Run run) {
        JsonNode provenance = Documents.read(run.provenance());
        Map<String, String> versions = new TreeMap<>();
        provenance.path("dataset_versions").properties().forEach(each -> versions.put(each.getKey(), each.getValue().asText()));
        String only = provenance.path("dataset_version").textValue();
        if (versions.isEmpty() && only != null) {
            backend.project().models().stream()
                    .filter(each -> each.name().equals(model))
                    .forEach(each -> versions.put(each.label().source(), only));
        }
        return versions;
    }

    /** The set or the interval that the version tells of this row. */
    private static void beside(@Nullable JsonNode told, List<Fact> facts) {
        if (told == null) {
            return;
        }
        String coverage = told.path("coverage").isNumber() ? ", right in " + Text.percent(told.path("coverage").asDouble()) + " of rows" : "";
        if (told.path("set").isArray()) {
            facts.add(Fact.of(
                    "set" + coverage,
                    told.path("set").isEmpty()
                            ? "none of them"
                            : String.join(", ", told.path("set").valueStream().map(JsonNode::asText).toList())));
        }
        if (told.path("interval").isObject()) {
            facts.add(Fact.of(
                    "interval" + coverage,
                    Text.short3(SheetDraft.number(told.path("interval").path("lower"))) + " to "
                            + Text.short3(SheetDraft.number(told.path("interval").path("upper")))));
        }
    }

    /** This prediction first, then what else was predicted of the same entity, newest first. */
    private Section others(LoggedPrediction own, List<String> classes) {
        PredictionEvent event = own.event();
        List<LoggedPrediction> all = new ArrayList<>(List.of(own));
        backend.predictions(new PredictionQuery(
                        event.model(), null, null, event.eventTime(), event.eventTime().plusNanos(1_000), null, event.entity(), true, SIZE))
                .stream()
                .filter(each -> each.event().entity().equals(event.entity()) && !each.event().id().equals(event.id()))
                .forEach(all::add);
        SectionDraft draft = new SectionDraft("Beside the other predictions of the same entity");
        if (all.size() == 1) {
            return draft.empty("No other version predicted this entity at this time, and nobody asked again.", "").done();
        }
        SheetDraft sheet = new SheetDraft("Predictions of " + entity(event)).words("Version", "Role", "Made at", "Predicted");
        int outputs = all.stream().mapToInt(each -> each.event().probabilities().length).max().orElse(0);
        for (int c = 0; c < outputs; c++) {
            sheet.numbers(event.isNumber() ? "value" : name(classes, c));
        }
        sheet.words("Is");
        for (LoggedPrediction each : all) {
            PredictionEvent other = each.event();
            List<Cell> cells = new ArrayList<>();
            String version = "v" + other.version();
            cells.add(other.id().equals(event.id()) ? Cell.of(version, "this one") : Cell.link(version, "/predictions/" + other.id()));
            cells.add(Cell.of(role(other)));
            cells.add(Cell.of(Text.minute(other.at(), zone)));
            cells.add(Cell.of(other.isNumber() ? Text.short3(other.probabilities()[0]) : name(classes, other.predicted())));
            for (int c = 0; c < outputs; c++) {
                cells.add(Cell.of(c < other.probabilities().length ? Text.fixed(other.probabilities()[c], 4) : Text.NONE));
            }
            String happened = own.outcome();
            cells.add(Cell.of(
                    happened == null || other.isNumber()
                            ? Text.NONE
                            : name(classes, other.predicted()).equals(happened) ? "hit" : "miss"));
            sheet.row(cells);
        }
        return draft.sheet(sheet).done();
    }

    private static @Nullable Section sent(PredictionEvent event) {
        if (event.metadata().isEmpty()) {
            return null;
        }
        SheetDraft sheet = new SheetDraft("Metadata").words("Name", "Value");
        Documents.read(event.metadata()).properties().forEach(each -> sheet.row(List.of(
                Cell.of(each.getKey()),
                Cell.of(each.getValue().isTextual() ? each.getValue().textValue() : each.getValue().toString()))));
        return new SectionDraft("What the caller sent along").sheet(sheet).done();
    }
}
