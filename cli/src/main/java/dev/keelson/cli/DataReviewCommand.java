package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.data.Review;
import dev.keelson.data.ReviewDecision.Action;
import dev.keelson.data.ReviewDecision;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.DataChanges;
import dev.keelson.http.ReviewJson;
import dev.keelson.wiring.Datasets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson data review}. */
@Command(
        name = "review",
        description = "Rows that were set aside or marked: list them and decide.",
        subcommands = {
            DataReviewCommand.Listing.class,
            DataReviewCommand.Accept.class,
            DataReviewCommand.Correct.class,
            DataReviewCommand.Reject.class,
            DataReviewCommand.Revert.class,
            DataReviewCommand.History.class
        })
final class DataReviewCommand extends CommandGroup {

    /** Rows whose first cell is their source, which is left away where all are of one. */
    private static void table(Session session, boolean several, List<String> names, List<List<String>> rows) {
        int first = several ? 0 : 1;
        session.console()
                .table(
                        names.subList(first, names.size()),
                        rows.stream().map(row -> row.subList(first, row.size())).toList());
    }

    /** {@code keelson data review list}. */
    @Command(name = "list", description = "List the rows that the latest load set aside or marked and nobody decided about.")
    static final class Listing extends KeelsonCommand {
        @Option(names = "--source", paramLabel = "SOURCE", description = "Of which source (default: all).")
        @Nullable String source;

        @Option(names = "--all", description = "Those that are decided, too.")
        boolean all;

        @Override
        int run(Session session) {
            boolean several = source == null && session.project().sources().size() > 1;
            List<Review.Item> items =
                    Datasets.look(session.project(), session.clock(), data -> data.review(source));
            ObjectNode document = Catalogued.object();
            var list = document.putArray("rows");
            List<List<String>> rows = new ArrayList<>();
            for (Review.Item item : items) {
                if (!all && !item.open()) {
                    continue;
                }
                ReviewDecision decision = item.decision();
                list.add(ReviewJson.of(item));
                rows.add(List.of(
                        several ? item.source() : "",
                        session.console().terminal() ? item.id().substring(0, 12) : item.id(),
                        item.kind().name().toLowerCase(Locale.ROOT),
                        item.row().location().toString(),
                        decision == null ? "" : decision.action().name().toLowerCase(Locale.ROOT),
                        item.row().reason()));
            }
            table(session, several, List.of("SOURCE", "ROW", "KIND", "PLACE", "DECIDED", "REASON"), rows);
            session.console().document(document);
            if (rows.isEmpty()) {
                session.console().note("Nothing is open.");
            }
            return YES;
        }
    }

    /** {@code keelson data review history}. */
    @Command(name = "history", description = "List the decisions, newest first: who, when, why, old and new values.")
    static final class History extends KeelsonCommand {
        @Option(names = "--source", paramLabel = "SOURCE", description = "Of which source (default: all).")
        @Nullable String source;

        @Override
        int run(Session session) {
            boolean several = source == null && session.project().sources().size() > 1;
            List<ReviewDecision> decisions =
                    Datasets.look(session.project(), session.clock(), data -> data.decisions(source));
            ObjectNode document = Catalogued.object();
            var list = document.putArray("decisions");
            List<List<String>> rows = new ArrayList<>();
            for (ReviewDecision decision : decisions.reversed()) {
                list.add(decision.toJson());
                rows.add(List.of(
                        several ? decision.source() : "",
                        decision.id(),
                        decision.at().toString(),
                        decision.action().name().toLowerCase(Locale.ROOT),
                        decision.reverts() != null ? "of " + decision.reverts() : cells(decision),
                        decision.place(),
                        decision.actor(),
                        decision.reason()));
            }
            table(
                    session, several, List.of("SOURCE", "DECISION", "WHEN", "WHAT", "CELLS", "PLACE", "WHO", "WHY"), rows);
            session.console().document(document);
            return YES;
        }

        private static String cells(ReviewDecision decision) {
            List<String> changes = new ArrayList<>();
            decision.cells()
                    .forEach((column, text) -> changes.add(
                            "%s: %s -> %s".formatted(column, decision.before().getOrDefault(column, ""), text)));
            return String.join(", ", changes);
        }
    }

    /** What all decisions share. */
    abstract static class Deciding extends KeelsonCommand {
        @Option(names = "--source", paramLabel = "SOURCE", description = "Of which source (default: all).")
        @Nullable String source;

        @Option(names = "--reason", paramLabel = "TEXT", description = "Why; it stays in the history.")
        @Nullable String reason;

        abstract ReviewDecision decide(DataChanges data, String actor, String why);

        @Override
        int run(Session session) {
            String why = reason;
            if (why == null || why.isBlank()) {
                throw new KeelsonException(
                        ErrorCode.USAGE, "A reason is needed: it stays in the history.", "Maybe add --reason \"...\".");
            }
            String user = session.environment().getOrDefault("USER", "");
            String actor = user.isBlank() ? "command line" : user;
            ReviewDecision decision =
                    Datasets.change(session.project(), session.clock(), data -> decide(data, actor, why.strip()));
            session.console()
                    .line("%s %s (%s); the next load follows it."
                            .formatted(
                                    decision.id(),
                                    decision.action().name().toLowerCase(Locale.ROOT),
                                    decision.place()));
            session.console().document(decision.toJson());
            return YES;
        }
    }

    /** A decision about a row. */
    abstract static class OfRow extends Deciding {
        @Parameters(paramLabel = "ROW", description = "Its id in `data review list`, or a unique beginning of it.")
        String row = "";
    }

    /** {@code keelson data review accept}. */
    @Command(name = "accept", description = "Load a row although a rule says otherwise, or no longer mark it.")
    static final class Accept extends OfRow {
        @Override
        ReviewDecision decide(DataChanges data, String actor, String why) {
            return data.decide(source, row, Action.ACCEPT, Map.of(), actor, why);
        }
    }

    /** {@code keelson data review reject}. */
    @Command(name = "reject", description = "Leave a row out; the next version is without it.")
    static final class Reject extends OfRow {
        @Override
        ReviewDecision decide(DataChanges data, String actor, String why) {
            return data.decide(source, row, Action.REJECT, Map.of(), actor, why);
        }
    }

    /** {@code keelson data review correct}. */
    @Command(name = "correct", description = "Load a row with other cells; the source stays as it is.")
    static final class Correct extends OfRow {
        @Option(
                names = "--set",
                required = true,
                paramLabel = "COLUMN=VALUE",
                description = "A cell as the source would write it; may be given several times.")
        Map<String, String> cells = new LinkedHashMap<>();

        @Override
        ReviewDecision decide(DataChanges data, String actor, String why) {
            return data.decide(source, row, Action.CORRECT, cells, actor, why);
        }
    }

    /** {@code keelson data review revert}. */
    @Command(name = "revert", description = "Undo a decision; the row counts again as it did before.")
    static final class Revert extends Deciding {
        @Parameters(paramLabel = "DECISION", description = "Its id in `data review history`, or a unique beginning of it.")
        String id = "";

        @Override
        ReviewDecision decide(DataChanges data, String actor, String why) {
            return data.revert(source, id, actor, why);
        }
    }
}
