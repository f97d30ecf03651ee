package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.expression.Durations;
import dev.keelson.features.FeatureStatus;
import dev.keelson.features.JoinSummary.ViewSummary;
import dev.keelson.http.FeatureHistory;
import dev.keelson.wiring.ProjectFeatures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code keelson features}. */
@Command(
        name = "features",
        description = "Show, check and find features, read the values they had and have, keep those up to date.",
        subcommands = {
            FeaturesCommand.Listing.class,
            FeaturesShow.class,
            FeaturesCommand.History.class,
            FeaturesMaterialize.class,
            FeaturesGet.class,
            FeaturesPush.class,
            FeaturesStatus.class,
            FeaturesValidate.class,
            FeaturesGenerate.class
        })
final class FeaturesCommand extends CommandGroup {

    /** {@code keelson features list}. */
    @Command(name = "list", description = "List the features of all views with their definitions.")
    static final class Listing extends KeelsonCommand {
        @Override
        int run(Session session) {
            ObjectNode document = Catalogued.object();
            var list = document.putArray("views");
            List<List<String>> rows = new ArrayList<>();
            for (ProjectFeatures.View view : ProjectFeatures.list(session.project())) {
                String kind = view.kind().name().toLowerCase(Locale.ROOT);
                ObjectNode node = list.addObject()
                        .put("name", view.name())
                        .put("kind", kind)
                        .put("entity", view.entity())
                        .put("ttl", view.ttl() == null ? null : Durations.format(view.ttl()));
                view.key().forEach(node.putArray("key")::add);
                view.sources().forEach(node.putArray("sources")::add);
                ObjectNode features = node.putObject("features");
                view.features().forEach(features::put);
                if (view.features().isEmpty()) {
                    rows.add(List.of(view.name() + ":*", kind, view.entity(), "the columns of its query"));
                }
                view.features()
                        .forEach((name, text) -> rows.add(List.of(view.name() + ":" + name, kind, view.entity(), text)));
            }
            session.console().table(List.of("FEATURE", "KIND", "ENTITY", "DEFINITION"), rows);
            session.console().document(document);
            if (rows.isEmpty()) {
                session.console().note("The project has no feature views.");
            }
            return YES;
        }
    }

    /** {@code keelson features history}. */
    @Command(
            name = "history",
            description = {
                "Write the values that features had, one row for each row asked about, in the same order.",
                "Each view adds its features as VIEW.FEATURE, and VIEW._status: PRESENT, NULL, STALE, NOT_FOUND or"
                        + " NULL_KEY. Only what was known strictly before a row's time counts for it. A view of a query adds"
                        + " VIEW._age_seconds, too: from the event of the row found, also of a stale one, to the row's time."
            })
    static final class History extends KeelsonCommand {
        @Option(
                names = "--entities",
                required = true,
                paramLabel = "FILE",
                description = "Rows asked about: a .parquet or .csv file with the keys of the views' entities and a time.")
        @SuppressWarnings("NullAway.Init") // set by picocli before anything runs
        Path entities;

        @Option(
                names = "--as-of",
                paramLabel = "COLUMN",
                defaultValue = "as_of",
                description = "Column of its times, with their zone (default: ${DEFAULT-VALUE}).")
        @SuppressWarnings("NullAway.Init") // set by picocli before anything runs
        String asOf;

        @Option(
                names = "--features",
                required = true,
                split = ",",
                paramLabel = "VIEW:FEATURE",
                description = "What is wanted: `view:feature` or `view:*`, separated by commas.")
        @SuppressWarnings("NullAway.Init") // set by picocli before anything runs
        List<String> features;

        @Option(
                names = "--where",
                paramLabel = "VIEW:CONDITION",
                description = "Only rows of a view for which a condition holds; for views of columns and of queries.")
        @Nullable List<String> where;

        @Option(
                names = "--out",
                required = true,
                paramLabel = "FILE",
                description = "Where to write: a .parquet or .csv file. In CSV a text that a spreadsheet would run as a formula"
                        + " gets an apostrophe in front; Parquet keeps every text as it is.")
        @SuppressWarnings("NullAway.Init") // set by picocli before anything runs
        Path out;

        @Override
        int run(Session session) {
            Path file = session.base().resolve(out);
            FeatureHistory.Read written = ProjectFeatures.history(
                    session.project(),
                    new FeatureHistory.Question(session.base().resolve(entities), asOf, features, conditions()),
                    file,
                    session.clock());
            ObjectNode document = Catalogued.object();
            document.put("file", file.toString());
            document.put("rows", written.summary().rows());
            ObjectNode versions = document.putObject("dataset_versions");
            written.versions().forEach((source, version) -> versions.put(source, version.id()));
            var views = document.putArray("views");
            List<List<String>> rows = new ArrayList<>();
            for (ViewSummary view : written.summary().views()) {
                ObjectNode statuses = views.addObject().put("name", view.name()).putObject("statuses");
                List<String> row = new ArrayList<>(List.of(view.name()));
                for (FeatureStatus status : FeatureStatus.values()) {
                    long count = view.statuses().getOrDefault(status, 0L);
                    statuses.put(status.name().toLowerCase(Locale.ROOT), count);
                    row.add(Long.toString(count));
                }
                rows.add(row);
            }
            session.console().table(List.of("VIEW", "PRESENT", "NULL", "STALE", "NOT FOUND", "NULL KEY"), rows);
            session.console()
                    .note("%s written to %s.".formatted(Texts.count(written.summary().rows(), "row"), out));
            session.console().document(document);
            return YES;
        }

        private Map<String, String> conditions() {
            Map<String, String> conditions = new LinkedHashMap<>();
            for (String each : where == null ? List.<String>of() : where) {
                int colon = each.indexOf(':');
                if (colon < 1) {
                    throw new KeelsonException(
                            ErrorCode.USAGE,
                            "The condition (%s) names no view; `view:condition` was expected.".formatted(each),
                            "Maybe --where 'prices:volume > 0' was meant.");
                }
                conditions.put(each.substring(0, colon), each.substring(colon + 1));
            }
            return conditions;
        }
    }
}
