package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.LoggedModel;
import dev.keelson.lineage.LineageGraph;
import dev.keelson.lineage.LineageKind;
import dev.keelson.lineage.LineageNode;
import dev.keelson.lineage.LineageQuery;
import dev.keelson.lineage.PredictionTrace;
import dev.keelson.project.Project;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.wiring.ProjectReading;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson predictions show}. */
@Command(
        name = "show",
        description = {
            "Tell one prediction from the event to the source rows: what was answered and what happened, the features with status and age"
                    + " and what each contributed, the version, its run and dataset, and the rows of the sources with file and line.",
        })
final class PredictionsShow extends KeelsonCommand {
    private static final int STEPS = 4;
    private static final int NEIGHBOURS = 20;

    @Option(names = "--limit", paramLabel = "N", defaultValue = "10", description = "At most so many rows of each feature (default: 10).")
    int limit = 10;

    @Parameters(paramLabel = "ID", description = "Id of the prediction.")
    String id = "";

    @Override
    int run(Session session) {
        Project project = session.project();
        UUID uuid = uuid(id);
        Limits.check(limit);
        Console console = session.console();
        try (ProjectReading state = ProjectReading.open(project)) {
            LoggedPrediction logged = state.prediction(uuid).orElseThrow(() -> new KeelsonException(
                    ErrorCode.PREDICTION_NOT_FOUND,
                    "There is no prediction (%s) in the log.".formatted(id),
                    "Maybe `keelson predictions list` shows it."));
            List<String> classes = LoggedModel.classes(project, logged.event().model());
            ObjectNode document = Catalogued.prediction(logged, classes);
            console.table(List.of("OF THE EVENT", ""), facts(logged, classes));
            trace(session, state, logged.event(), document);
            explanation(session, state, uuid, document);
            lineage(session, state, uuid, document);
            console.document(document);
        }
        return YES;
    }

    private static List<List<String>> facts(LoggedPrediction logged, List<String> classes) {
        PredictionEvent event = logged.event();
        List<List<String>> facts = new ArrayList<>();
        facts.add(List.of("model", "%s v%d, as %s%s".formatted(event.model(), event.version(), event.role(), event.served() ? "" : ", not answered")));
        facts.add(List.of("entity", event.entity()));
        facts.add(List.of("event", event.eventTime().toString()));
        facts.add(List.of("served", event.at() + ", by what was known before " + event.asOf()));
        if (event.isNumber()) {
            facts.add(List.of("value", Texts.number(event.probabilities()[0])));
        } else {
            for (int c = 0; c < event.probabilities().length; c++) {
                facts.add(List.of("P(" + Catalogued.name(classes, c) + ")", Texts.probability(event.probabilities()[c])));
            }
        }
        if (!event.client().isEmpty()) {
            facts.add(List.of("client", event.client()));
        }
        if (!event.metadata().isEmpty()) {
            facts.add(List.of("metadata", event.metadata()));
        }
        facts.add(List.of(
                "outcome",
                logged.outcome() == null ? "not known yet" : logged.outcome() + ", known at " + logged.outcomeKnownAt()));
        return facts;
    }

    /** The features as they were logged, and the rows of the sources behind them. */
    private void trace(Session session, ProjectReading state, PredictionEvent event, ObjectNode document) {
        PredictionTrace trace = state.traces().trace(event, limit);
        List<List<String>> features = new ArrayList<>();
        for (PredictionTrace.Feature feature : trace.features()) {
            features.add(List.of(
                    feature.name(),
                    Texts.number(feature.value()),
                    feature.status().name().toLowerCase(Locale.ROOT),
                    Texts.age(feature.ageSeconds()),
                    joined(feature, PredictionTrace.Input::view),
                    joined(feature, input -> input.key() == null ? "" : input.key()),
                    feature.definition()));
        }
        session.console().table(List.of("FEATURE", "VALUE", "STATUS", "AGE", "VIEW", "KEY", "DEFINITION"), features);
        List<List<String>> found = new ArrayList<>();
        for (PredictionTrace.SourceRow row : trace.rows()) {
            found.add(List.of(
                    row.name(),
                    row.eventTime().toString(),
                    row.knownAt().toString(),
                    row.place().isEmpty() ? "" : row.place() + (row.unchanged() ? "" : " (now)")));
        }
        session.console().table(List.of("SOURCE ROW", "EVENT", "KNOWN SINCE", "PLACE"), found);
        trace.notes().forEach(session.console()::note);
        document.setAll(trace.toJson());
    }

    private static String joined(PredictionTrace.Feature feature, Function<PredictionTrace.Input, String> word) {
        return feature.inputs().stream().map(word).filter(text -> !text.isEmpty()).distinct().collect(Collectors.joining(", "));
    }

    /** The features and what they contributed; a model that cannot tell leaves a note. */
    private static void explanation(Session session, ProjectReading state, UUID id, ObjectNode document) {
        try {
            ObjectNode told = state.explanations(session.clock()).prediction(id);
            new ModelExplained(session).table(told);
            document.set("explanation", told);
        } catch (KeelsonException e) {
            session.console().note(e.problems().getFirst().message());
        }
    }

    private static void lineage(Session session, ProjectReading state, UUID id, ObjectNode document) {
        try {
            LineageGraph graph = state.lineage().graph(new LineageQuery(id.toString(), true, false, STEPS, NEIGHBOURS, 0));
            List<List<String>> rows = new ArrayList<>();
            for (LineageNode node : graph.nodes()) {
                if (!node.equals(graph.start()) && node.kind() != LineageKind.ROW) {
                    List<String> facts = new ArrayList<>();
                    for (Map.Entry<String, String> fact : node.facts().entrySet()) {
                        facts.add(fact.getKey() + " " + fact.getValue());
                    }
                    rows.add(List.of(node.kind().word(), node.name(), String.join(", ", facts)));
                }
            }
            session.console().table(List.of("CAME FROM", "NAME", "WHAT IS KNOWN"), rows);
            document.set("lineage", graph.toJson());
        } catch (KeelsonException e) {
            session.console().note(e.problems().getFirst().message());
        }
    }

    private static UUID uuid(String text) {
        if (!text.matches("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")) {
            throw new KeelsonException(ErrorCode.USAGE, "The prediction id (%s) is not a UUID.".formatted(text), null);
        }
        return UUID.fromString(text);
    }
}
