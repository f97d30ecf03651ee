package dev.keelson.cli;

import dev.keelson.registry.RunDifference;
import dev.keelson.registry.RunDifference.Measured;
import dev.keelson.registry.governance.RollbackPreview;
import dev.keelson.registry.governance.ServingTimeline;
import dev.keelson.registry.governance.VersionComparison;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a rollback would change, for a person. */
final class RollbackTables {
    private RollbackTables() {}

    static void tell(Console console, RollbackPreview preview) {
        String from = "v" + preview.from().version();
        String to = "v" + preview.to().version();
        List<List<String>> rows = new ArrayList<>();
        preview.changes().forEach(change -> rows.add(List.of("serves", change, "", "")));
        rows.add(List.of("serving since", preview.servingSince() == null ? "" : preview.servingSince().toString(), from, ""));
        for (ServingTimeline.Span span : preview.served()) {
            rows.add(List.of("served", "%s to %s".formatted(span.from(), span.to() == null ? "now" : span.to()), "", to));
        }
        RunDifference difference = preview.difference();
        if (difference != null) {
            difference.metrics().forEach(metric ->
                    rows.add(List.of("metric", metric.name(), text(metric.a()), text(metric.b()))));
            difference.lines().forEach(line -> rows.add(List.of(
                    line.section(), line.name(), ReproduceCommand.cut(console, line.a()), ReproduceCommand.cut(console, line.b()))));
        }
        console.table(List.of("SECTION", "WHAT", from.toUpperCase(Locale.ROOT), to.toUpperCase(Locale.ROOT)), rows);
        console.note("Nothing was changed. To undo it afterwards: %s".formatted(preview.undo()));
    }

    private static String text(@Nullable Measured value) {
        return value == null ? "" : VersionComparison.shown(value);
    }
}
