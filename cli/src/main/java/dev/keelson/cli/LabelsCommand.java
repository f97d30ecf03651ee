package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.expression.Durations;
import dev.keelson.labels.LabelDefinition;
import dev.keelson.labels.LabelStatistics;
import dev.keelson.project.Project;
import dev.keelson.wiring.ProjectLabels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code keelson labels}. */
@Command(
        name = "labels",
        description = "What can be predicted, and when it is known.",
        subcommands = {LabelsCommand.Listing.class, LabelsCommand.Show.class})
final class LabelsCommand extends CommandGroup {

    /** {@code keelson labels list}. */
    @Command(name = "list", description = "List the labels that sources declare and models name.")
    static final class Listing extends KeelsonCommand {
        @Override
        int run(Session session) {
            Project project = session.project();
            ObjectNode document = Catalogued.object();
            var list = document.putArray("labels");
            List<List<String>> rows = new ArrayList<>();
            for (LabelDefinition label : project.everyLabel()) {
                List<String> models = project.modelsOf(label);
                ObjectNode node = LabelStatistics.describe(label);
                models.forEach(node.putArray("models")::add);
                list.add(node);
                rows.add(List.of(
                        label.address(),
                        label.isNumber() ? "number" : String.join(", ", label.classes()),
                        Durations.format(label.delay()),
                        String.join(", ", models),
                        label.text()));
            }
            session.console().table(List.of("LABEL", "CLASSES", "DELAY", "MODELS", "EXPRESSION"), rows);
            session.console().document(document);
            return YES;
        }
    }

    /** {@code keelson labels show}. */
    @Command(name = "show", description = "Show what the loaded data makes of a label, month by month.")
    static final class Show extends KeelsonCommand {
        @Parameters(paramLabel = "LABEL", description = "SOURCE.LABEL, or its name where only one label has it.")
        String name = "";

        @Override
        int run(Session session) {
            Project project = session.project();
            LabelDefinition label = project.label(name);
            LabelStatistics statistics = ProjectLabels.statistics(project, label);
            List<String> header = new ArrayList<>(List.of("MONTH", "ROWS", "MISSING"));
            label.classes().forEach(each -> header.add(each.toUpperCase(Locale.ROOT)));
            if (label.isNumber()) {
                header.add("MEAN");
            }
            List<List<String>> rows = new ArrayList<>();
            for (LabelStatistics.Month month : statistics.months()) {
                rows.add(row(month.month().toString(), month.rows(), month.missing(), month.counts(), label, month.mean()));
            }
            double mean = statistics.values().isEmpty() ? Double.NaN : statistics.values().getLast();
            rows.add(row("all", statistics.rows(), statistics.missing(), statistics.counts(), label, mean));
            Console console = session.console();
            console.table(header, rows);
            if (!statistics.delays().isEmpty()) {
                console.note("Known after %s at the earliest, %s in the median, %s at the latest."
                        .formatted(
                                text(statistics.delays().getFirst()),
                                text(statistics.delays().get(1)),
                                text(statistics.delays().getLast())));
            }
            console.document(statistics.toJson());
            return YES;
        }

        private static String text(Duration delay) {
            return delay.isNegative() ? "-" + Durations.format(delay.negated()) : Durations.format(delay);
        }

        private static List<String> row(
                String month, int rows, int missing, List<Integer> counts, LabelDefinition label, double mean) {
            List<String> row = new ArrayList<>(List.of(month, Integer.toString(rows), Texts.missing(missing, rows)));
            int labelled = rows - missing;
            counts.forEach(count ->
                    row.add(labelled == 0 ? "" : String.format(Locale.ROOT, "%.1f%%", 100.0 * count / labelled)));
            if (label.isNumber()) {
                row.add(Double.isNaN(mean) ? "" : Texts.number(mean));
            }
            return row;
        }
    }
}
