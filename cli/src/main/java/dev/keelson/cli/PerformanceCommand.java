package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.LoggedModel;
import dev.keelson.http.ModelPerformance;
import dev.keelson.monitor.DecayCheck;
import dev.keelson.monitor.performance.CalibrationCheck;
import dev.keelson.monitor.performance.LimitReport;
import dev.keelson.monitor.performance.WindowLength;
import dev.keelson.project.Project;
import dev.keelson.wiring.LiveProject;
import dev.keelson.wiring.ProjectReading;
import dev.keelson.wiring.Projects;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson performance}. */
@Command(
        name = "performance",
        description = "How good served predictions were, and have they become worse?",
        subcommands = {PerformanceCommand.Show.class, PerformanceCommand.Check.class})
final class PerformanceCommand extends CommandGroup {

    /** {@code keelson performance check}. */
    @Command(
            name = "check",
            description = "Has a model become worse than when it was judged, is it beyond a limit, or are its probabilities off? Exit code 0 no, 1 yes, 2 error.",
            footer = "Too few labels to tell is exit code 0 with a sentence on standard error; 2 with --require-evidence.")
    static final class Check extends KeelsonCommand {
        @Option(names = "--model", paramLabel = "NAME", description = "This model only, also one under `elsewhere` (default: all that are watched).")
        @Nullable String model;

        @Option(names = "--require-evidence", description = "Exit code 2 when there are too few labels to tell and nothing has become worse.")
        boolean requireEvidence;

        @Override
        int run(Session session) {
            Project project = session.project();
            ModelPerformance.Watched monitored = ModelPerformance.Watched.of(project);
            List<String> watched = model == null ? monitored.judged() : List.of(LoggedModel.of(project, model).name());
            List<String> left = model == null ? monitored.left() : List.of();
            if (watched.isEmpty() && left.isEmpty()) {
                throw new KeelsonException(
                        ErrorCode.BAD_REQUEST,
                        "No performance monitor watches a model.",
                        "Maybe add one to `monitors` of the project file, such as `{ models: \"*\", metric: log_loss }`.");
            }
            List<JsonNode> reports = new ArrayList<>();
            try (LiveProject live = LiveProject.open(project, session.clock())) {
                watched.forEach(name -> reports.add(live.checkDecay(name)));
            }
            return show(session, reports, left);
        }

        private int show(Session session, List<JsonNode> reports, List<String> left) {
            boolean decayed = false;
            boolean off = false;
            boolean breached = false;
            boolean judged = !reports.isEmpty();
            ObjectNode document = Catalogued.object();
            List<List<String>> rows = new ArrayList<>();
            for (JsonNode report : reports) {
                String verdict = report.path("verdict").asText();
                decayed |= verdict.equals(DecayCheck.Verdict.DECAYED.word());
                off |= report.at("/calibration/verdict").asText().equals(CalibrationCheck.OFF);
                String limits = report.at("/limits/verdict").asText();
                breached |= limits.equals(LimitReport.Verdict.BREACHED.word());
                judged &= !limits.equals(LimitReport.Verdict.NOT_ENOUGH_EVIDENCE.word());
                judged &= !verdict.equals(DecayCheck.Verdict.NOT_ENOUGH_EVIDENCE.word());
                for (JsonNode each : report.path("metrics")) {
                    rows.add(List.of(
                            report.path("model").asText(),
                            each.path("metric").asText(),
                            each.path("verdict").asText(),
                            number(each.path("expected")),
                            number(each.path("observed")),
                            number(each.path("tolerated")),
                            "%,d".formatted(each.path("labels").asLong()),
                            each.path("labels_missing").isNull() ? "" : "%,d".formatted(each.path("labels_missing").asLong())));
                }
            }
            document.put("decayed", (decayed || judged) ? (Boolean) decayed : null);
            document.put("breached", (breached || judged) ? (Boolean) breached : null);
            reports.forEach(document.putArray("reports")::add);
            left.forEach(document.putArray("skipped")::add);
            Console console = session.console();
            console.table(
                    List.of("MODEL", "METRIC", "DECAY", "WAS", "IS", "TOLERATED", "LABELS", "MORE NEEDED"), rows);
            for (JsonNode report : reports) {
                console.note("%s, against %s: %s"
                        .formatted(report.path("model").asText(), report.path("against").asText(), report.path("reason").asText()));
                if (report.has("limits")) {
                    console.note("%s, limits: %s".formatted(report.path("model").asText(), report.at("/limits/reason").asText()));
                }
                if (report.has("calibration")) {
                    console.note("%s: %s".formatted(report.path("model").asText(), report.at("/calibration/sentence").asText()));
                }
                if (report.has("worst")) {
                    Show.segments(console, report.path("worst"), "ELSEWHERE");
                    console.note(report.path("worst").path("verdict").asText());
                }
            }
            left.forEach(name -> console.note(
                    "%s is not judged: no metric of the monitors that watch it suits what it predicts.".formatted(name)));
            console.document(document);
            return decayed || breached || off ? NO : requireEvidence && !judged ? ERROR : YES;
        }

        private static String number(JsonNode value) {
            return value.isNumber() ? Texts.number(value.asDouble()) : "";
        }
    }

    /** {@code keelson performance show}. */
    @Command(
            name = "show",
            description = "Metrics window by window as outcomes arrive, estimates where they have not, calibration, and where it is worst; also of models that others serve.")
    static final class Show extends KeelsonCommand {
        @Parameters(paramLabel = "MODEL", description = "The model, also one under `elsewhere` of the project file.")
        String model = "";

        @Option(names = "--window", paramLabel = "TIME", defaultValue = "week", description = "day, week, month, or days such as 7d (default: week).")
        String window = "week";

        @Mixin
        PredictionOptions which = new PredictionOptions();

        @Override
        int run(Session session) {
            Project project = session.project();
            LoggedModel asked = LoggedModel.of(project, model);
            ModelPerformance.Asked windows = new ModelPerformance.Asked(
                    WindowLength.of(window),
                    which.version,
                    which.from(project),
                    which.to(project));
            ObjectNode told;
            try (ProjectReading state = ProjectReading.open(project)) {
                told = new ModelPerformance(
                                state::predictions, state::versions, state::run, Projects.estimators(), name -> state.bets(project, name))
                        .of(project, asked, windows, session.clock().instant());
            }
            Console console = session.console();
            windows(console, told);
            money(console, told);
            segments(console, told.path("worst"), "ELSEWHERE");
            console.note("%,d predictions of %s, the outcomes of %,d are known. %s"
                    .formatted(told.path("predicted").asLong(), model, told.path("labelled").asLong(), told.path("delay").path("sentence").asText()));
            console.note(told.path("estimates").path("sentence").asText());
            if (told.has("calibration")) {
                console.note("Calibration: " + told.path("calibration").path("sentence").asText());
            }
            console.note(told.path("worst").path("verdict").asText());
            told.path("notes").forEach(note -> console.note(note.asText()));
            console.document(told);
            return YES;
        }

        private static void windows(Console console, JsonNode told) {
            List<String> metrics =
                    StreamSupport.stream(told.path("metrics").spliterator(), false).map(JsonNode::asText).toList();
            List<List<String>> rows = new ArrayList<>();
            for (JsonNode each : told.path("windows")) {
                for (String metric : metrics) {
                    JsonNode realised = each.path("realised").path("metrics").path(metric);
                    JsonNode estimated = each.path("estimated").path(metric);
                    if (!realised.isMissingNode() || !estimated.isMissingNode()) {
                        rows.add(List.of(
                                each.path("from").asText(),
                                "%,d".formatted(each.path("predicted").asLong()),
                                maturity(each),
                                metric,
                                interval(realised),
                                interval(estimated)));
                    }
                }
            }
            console.table(List.of("FROM", "PREDICTED", "LABELLED", "METRIC", "REALISED", "ESTIMATED"), rows);
        }

        /** What bets earned window by window, and what they were to be expected to earn. */
        private static void money(Console console, JsonNode told) {
            List<List<String>> rows = new ArrayList<>();
            for (JsonNode each : told.path("windows")) {
                JsonNode settled = each.path("money").path("settled");
                JsonNode expected = each.path("money").path("expected");
                if (each.has("money")) {
                    rows.add(List.of(
                            each.path("from").asText(),
                            "%,d of %,d".formatted(settled.path("bets").asLong(), each.path("money").path("bets").asLong()),
                            Texts.number(settled.path("staked").asDouble()),
                            interval(settled.path("profit")),
                            interval(settled.path("roi")),
                            interval(settled.path("clv")),
                            interval(expected.path("profit"))));
                }
            }
            if (!rows.isEmpty()) {
                console.table(List.of("FROM", "SETTLED BETS", "STAKED", "PROFIT", "ROI", "CLV", "EXPECTED OF ALL"), rows);
            }
        }

        private static String maturity(JsonNode window) {
            String share = String.format(Locale.ROOT, "%.0f %%", 100 * window.path("maturity").asDouble());
            return window.path("mature").asBoolean() || window.path("mature_at").isNull()
                    ? share
                    : share + ", enough by " + window.path("mature_at").asText();
        }

        private static String interval(JsonNode figure) {
            if (figure.isMissingNode()) {
                return "";
            }
            String value = Texts.number(figure.path("value").asDouble());
            return figure.path("lower").isNull() || figure.path("upper").isNull()
                    ? value
                    : "%s (%s to %s)".formatted(
                            value,
                            Texts.number(figure.path("lower").asDouble()),
                            Texts.number(figure.path("upper").asDouble()));
        }

        /** Where a version that is refused was worse than the champion, if that was looked at. */
        static void worse(Console console, String model, JsonNode found) {
            if (found.isObject()) {
                segments(console, found, "THE CHAMPION");
                console.note("%s v%d beside v%d: %s".formatted(
                        model, found.path("version").asInt(), found.path("champion").asInt(), found.path("verdict").asText()));
            }
        }

        /**
         * The worst segments, if some were looked at.
         *
         * @param than whose loss theirs is held against, for the heading
         */
        static void segments(Console console, JsonNode worst, String than) {
            List<List<String>> rows = new ArrayList<>();
            for (JsonNode each : worst.path("segments")) {
                List<String> conditions = new ArrayList<>();
                each.path("conditions").forEach(one -> conditions.add(one.asText()));
                rows.add(List.of(
                        String.join(" and ", conditions),
                        "%,d".formatted(each.path("rows").asLong()),
                        "%s (%s to %s)".formatted(
                                Texts.number(each.path("effect").asDouble()),
                                Texts.number(each.path("effect_lower").asDouble()),
                                Texts.number(each.path("effect_upper").asDouble())),
                        Texts.number(each.path("p").asDouble()),
                        String.format(Locale.ROOT, "%.0f %%", 100 * each.path("share_of_loss").asDouble()),
                        each.path("worse").asBoolean() ? "worse" : "chance"));
            }
            if (!rows.isEmpty()) {
                console.table(List.of("SEGMENT", "ROWS", "LOSS MORE THAN " + than, "P", "OF THE LOSS", ""), rows);
            }
        }
    }
}
