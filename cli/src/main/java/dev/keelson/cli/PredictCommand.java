package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.features.FeatureStatus;
import dev.keelson.features.FeatureVector;
import dev.keelson.http.CellText;
import dev.keelson.http.PredictOptions;
import dev.keelson.http.PredictSignature;
import dev.keelson.http.Prediction;
import dev.keelson.http.PredictionDetails;
import dev.keelson.http.PredictionJson;
import dev.keelson.project.Project;
import dev.keelson.train.ModelDefinition;
import dev.keelson.wiring.LiveProject;
import dev.keelson.wiring.Projects;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson predict}. */
@Command(
        name = "predict",
        description = "Predict one row or many; each prediction is logged.",
        footer = {
            "Example: keelson predict football-1x2 --row div=E0 --row date=2021-08-14 --row HomeTeam=Arsenal ...",
            "A version is named as models:/football-1x2/3, models:/football-1x2@champion, models:/football-1x2/Production.",
            "Example: keelson predict wins 7.5 6.2 0.4 --entity match_001",
            "Example: keelson predict football-1x2 --batch fixtures.csv --output predictions.csv"
        })
final class PredictCommand extends KeelsonCommand {
    @Parameters(index = "0", paramLabel = "MODEL", description = "Its name, for the champion, or a reference to a version.")
    String model = "";

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "FILE|VALUE",
            description = "Rows as JSON or CSV, - reads standard input; or with --entity the values of one row in the order that --info"
                    + " tells, _ for one that is missing.")
    List<String> words = new ArrayList<>();

    @Option(names = "--row", paramLabel = "COL=VALUE", description = "A column of the row; may be repeated.")
    List<String> cells = new ArrayList<>();

    @Option(
            names = "--entity",
            paramLabel = "KEY",
            description = "What the row is about: the values of its key columns joined by |.")
    @Nullable String entity;

    @Option(
            names = "--batch",
            paramLabel = "FILE",
            description = "Predict any number of rows: .csv, .parquet or .jsonl; wrong rows are told and set aside, the others answered.")
    @Nullable String batch;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description = "Of --batch: where the answers go, .csv, .jsonl or .parquet (default: CSV on standard output).")
    @Nullable String output;

    @Option(
            names = "--rejects",
            paramLabel = "FILE",
            description = "Of --batch: where wrong rows go as CSV (default: beside the file, as NAME-rejected.csv).")
    @Nullable String rejects;

    @Option(names = "--info", description = "Show what the model takes and tells, and predict nothing.")
    boolean info;

    @Option(
            names = {"--version", "--model-id"},
            paramLabel = "REF",
            description = "Predict by this version: a number, an alias, a stage, models:/NAME/3, or the run that made it (default: the one that"
                    + " serves).")
    @Nullable String version;

    @Option(
            names = "--details",
            split = ",",
            paramLabel = "PART",
            description = "Tell more: features (values with status and age), contributions (to the model's margins).")
    List<String> details = new ArrayList<>();

    @Option(
            names = "--as-of",
            paramLabel = "TIME",
            description = "Use what was known before: a date or an instant, not before what was loaded of its entities, not behind now "
                    + "or the row's event (default: the row's event or now, whichever is earlier).")
    @Nullable String asOf;

    @Override
    int run(Session session) throws Exception {
        Project project = session.project();
        NamedVersion named = NamedVersion.of(project, model, reference());
        ModelDefinition definition = Projects.model(project, named.model());
        String by = named.version() == null ? null : named.version().toString();
        check();
        if (info) {
            return new PredictInfo(session, project).show(named.model(), by);
        }
        PredictOptions options = new PredictOptions(
                true, Moments.orNull("--as-of", asOf, project.zone()), by, details(), null, null);
        if (batch != null) {
            try (LiveProject live = LiveProject.open(project, session.clock())) {
                return new PredictBatch(session, live, batch, output, rejects).run(named.model(), options);
            }
        }
        List<Prediction> predictions;
        if (entity == null && words.size() <= 1) {
            RowOptions given = new RowOptions();
            given.file = words.isEmpty() ? null : words.getFirst();
            given.cells = cells;
            List<Map<String, @Nullable Object>> rows =
                    given.rows(session, new PredictRows(Projects.source(project, definition.source())));
            try (LiveProject live = LiveProject.open(project, session.clock())) {
                predictions = live.predict(named.model(), rows, options);
            }
        } else {
            PredictRows reader = new PredictRows(Projects.source(project, definition.source()));
            try (LiveProject live = LiveProject.open(project, session.clock())) {
                predictions = live.predict(named.model(), List.of(row(live.signature(named.model(), null), reader)), options);
            }
        }
        show(session, definition.classes(), predictions);
        return YES;
    }

    private void check() {
        int ways = (words.isEmpty() ? 0 : 1) + (batch == null ? 0 : 1) + (info ? 1 : 0);
        if (ways > 1 || ((info || batch != null) && (entity != null || !cells.isEmpty()))) {
            throw usage("Rows, --batch and --info exclude each other.", "Maybe leave one of them out.");
        }
        if (batch == null && (output != null || rejects != null)) {
            throw usage("--output and --rejects are those of --batch.", "Maybe add --batch FILE.");
        }
    }

    private static KeelsonException usage(String message, String hint) {
        return new KeelsonException(ErrorCode.USAGE, message, hint);
    }

    /** The version as the server takes it: a run by its id is one, too. */
    private @Nullable String reference() {
        String given = version;
        return given != null && given.matches("[0-9a-f]{12,32}") && !given.matches("[0-9]{1,9}") ? "runs:/" + given : given;
    }

    private Set<PredictOptions.Detail> details() {
        Set<PredictOptions.Detail> wanted = EnumSet.noneOf(PredictOptions.Detail.class);
        for (String each : details) {
            switch (each) {
                case "features" -> wanted.add(PredictOptions.Detail.FEATURES);
                case "contributions" -> wanted.add(PredictOptions.Detail.CONTRIBUTIONS);
                default -> throw usage(
                        "The detail (%s) of --details is unknown; expected features or contributions.".formatted(each),
                        "Maybe --details features,contributions.");
            }
        }
        return wanted;
    }

    /** One row of values without names. */
    private Map<String, @Nullable Object> row(PredictSignature signature, PredictRows reader) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        List<String> names = PredictSignature.names(signature.values());
        if (!words.isEmpty() && words.size() != names.size()) {
            throw usage(
                    "There %s %s; the model (%s) takes %s."
                            .formatted(
                                    words.size() == 1 ? "is" : "are",
                                    Texts.count(words.size(), "value"),
                                    model,
                                    names.isEmpty() ? "none without names" : names.size() + ": " + String.join(", ", names)),
                    names.isEmpty()
                            ? "Maybe name the column: --row COL=VALUE."
                            : "Maybe `keelson predict %s --info` tells which; _ stands for one that is missing.".formatted(model));
        }
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            row.put(names.get(i), word.equals("_") ? null : CellText.value(word, signature.values().get(i).type()));
        }
        row.putAll(reader.cells(cells));
        if (entity != null) {
            Map<String, Object> keys = signature.entity(entity);
            if (keys == null) {
                throw usage(
                        "The entity (%s) is wrong; expected the values of %s joined by |."
                                .formatted(entity, String.join("|", signature.keys())),
                        "Maybe quote it.");
            }
            row.putAll(keys);
        }
        return row;
    }

    private static void show(Session session, List<String> classes, List<Prediction> predictions) {
        List<String> header = new ArrayList<>(List.of("ENTITY", "PREDICTED"));
        classes.forEach(each -> header.add("P(" + each + ")")); // none of a number
        Advised columns = Advised.of(predictions);
        header.addAll(columns.header());
        header.addAll(List.of("VERSION", "AS OF", "ID"));
        List<List<String>> table = new ArrayList<>();
        ObjectNode document = Catalogued.object();
        var list = document.putArray("predictions");
        for (Prediction prediction : predictions) {
            List<String> row = new ArrayList<>();
            row.add(prediction.entity());
            row.add(
                    prediction.isNumber()
                            ? Texts.number(prediction.probabilities()[0])
                            : classes.get(prediction.predicted()));
            for (int c = 0; c < classes.size(); c++) {
                row.add(Texts.probability(prediction.probabilities()[c]));
            }
            row.addAll(columns.cells(prediction));
            row.add("v" + prediction.version());
            row.add(prediction.asOf().toString());
            row.add(prediction.id().toString());
            table.add(row);
            list.add(PredictionJson.of(prediction));
        }
        session.console().table(header, table);
        predictions.forEach(prediction -> showDetails(session, prediction));
        predictions.stream()
                .flatMap(prediction -> prediction.warnings().stream())
                .distinct()
                .forEach(session.console()::note);
        session.console().document(document);
    }

    private static void showDetails(Session session, Prediction prediction) {
        PredictionDetails told = prediction.details();
        FeatureVector vector = told == null ? null : told.features();
        if (vector != null) {
            List<List<String>> table = new ArrayList<>();
            for (int i = 0; i < vector.names().size(); i++) {
                long age = vector.ageMicros()[i];
                table.add(List.of(
                        prediction.entity(),
                        vector.names().get(i),
                        Double.isNaN(vector.values()[i]) ? "" : Texts.number(vector.values()[i]),
                        FeatureStatus.of(vector.statuses()[i]).name(),
                        age == FeatureVector.NO_AGE ? "" : Texts.number(age / 1e6)));
            }
            session.console().table(List.of("ENTITY", "FEATURE", "VALUE", "STATUS", "AGE S"), table);
        }
        PredictionDetails.Contributions contributions = told == null ? null : told.contributions();
        if (contributions != null) {
            List<String> header = new ArrayList<>(List.of("ENTITY", "FEATURE"));
            contributions.margins().forEach(each -> header.add(each + " " + contributions.scale()));
            List<List<String>> table = new ArrayList<>();
            for (int f = 0; f <= contributions.features().size(); f++) {
                boolean expected = f == contributions.features().size();
                List<String> row = new ArrayList<>(
                        List.of(prediction.entity(), expected ? "(expected)" : contributions.features().get(f)));
                for (int m = 0; m < contributions.margins().size(); m++) {
                    row.add(Texts.number(expected ? contributions.expected(m) : contributions.of(m, f)));
                }
                table.add(row);
            }
            session.console().table(header, table);
        }
    }
}
