package dev.keelson.console;

import dev.keelson.console.view.Block;
import dev.keelson.console.view.BlocksView;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.Sheet.Cell;
import dev.keelson.console.view.Shell;
import dev.keelson.http.Backend;
import dev.keelson.registry.RunDifference;
import dev.keelson.registry.governance.Governance;
import dev.keelson.registry.governance.PolicyLine;
import dev.keelson.registry.governance.PolicyReport;
import dev.keelson.registry.governance.RollbackPreview;
import dev.keelson.registry.governance.ServingTimeline;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a rollback would change, and the form that does it. */
final class RollbackPage {
    private static final int MOST = 200;
    private static final int SHORT = 12;
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{40,}");

    private final Backend backend;
    private final String model;
    private final ZoneId zone;

    RollbackPage(Backend backend, String model) {
        this.backend = backend;
        this.model = model;
        this.zone = backend.project().zone();
    }

    /** @param version the version to go back to, or null for the one that served before */
    BlocksView view(Shell shell, @Nullable Integer version) {
        Governance governance = backend.governance();
        RollbackPreview preview = governance.preview(model, version);
        String from = "v" + preview.from().version();
        String to = "v" + preview.to().version();
        Instant since = preview.servingSince();
        SectionDraft changes = new SectionDraft("What changes")
                .lead("%s will answer every request; %s%s stays registered and can be gone back to."
                        .formatted(to, from, since == null ? "" : ", which serves since " + Text.minute(since, zone) + ","));
        SheetDraft sheet = new SheetDraft("What changes").words("What", "Now", "Then");
        preview.changes().forEach(change -> sheet.row(row(change)));
        changes.sheet(sheet).link("Side by side", Promotions.comparison(model, List.of(preview.from().version(), preview.to().version())));
        ActionDraft action = new ActionDraft("Roll back to " + to, Promotions.address(model) + "/rollback")
                .danger()
                .open()
                .hidden("version", Integer.toString(preview.to().version()))
                .hidden("from", Integer.toString(preview.from().version()))
                .effect("This is undone by rolling back to %s.".formatted(from))
                .whoAndWhy("Why");
        List<Block> blocks = new ArrayList<>();
        Section served = served(preview, to);
        if (preview.served().isEmpty()) {
            PolicyReport report = governance.check(model, preview.to().version());
            action.refused(refusal(report));
            blocks.add(Block.of(changes.done(), List.of(action.done())));
            blocks.add(Block.of(new SectionDraft("May it serve?")
                    .badge(Promotions.state(report.verdict()))
                    .lead(report.sentence())
                    .sheet(Promotions.lines(report))
                    .done()));
        } else {
            blocks.add(Block.of(changes.done(), List.of(action.done())));
        }
        blocks.add(Block.of(served));
        blocks.add(Block.of(difference(preview.difference(), from, to)));
        return new BlocksView(
                shell,
                "Roll %s back to %s?".formatted(model, to),
                List.of(new Section.Link("No, back to " + model, Promotions.address(model))),
                blocks);
    }

    private static @Nullable String refusal(PolicyReport report) {
        if (report.verdict() != PolicyLine.State.PASSED) {
            return "It never served, so that going to it is a promotion. " + report.sentence();
        }
        return report.approval() ? "It never served, and its policy asks for a person: promote it instead." : null;
    }

    /** {@code stage of v3: Archived -> Production} as three cells. */
    private static List<Cell> row(String change) {
        int colon = change.indexOf(": ");
        int arrow = change.indexOf(" -> ");
        return colon < 0 || arrow < colon
                ? List.of(Cell.of(change), Cell.of(Text.NONE), Cell.of(Text.NONE))
                : List.of(
                        Cell.of(change.substring(0, colon)),
                        Cell.of(change.substring(colon + 2, arrow)),
                        Cell.of(change.substring(arrow + 4)));
    }

    private Section served(RollbackPreview preview, String to) {
        SectionDraft draft = new SectionDraft("When " + to + " served before");
        SheetDraft sheet = new SheetDraft("When it served").words("From", "To", "Decided by", "Why");
        for (ServingTimeline.Span span : preview.served()) {
            Instant end = span.to();
            sheet.row(List.of(
                    Cell.of(Text.minute(span.from(), zone)),
                    Cell.of(end == null ? "now" : Text.minute(end, zone)),
                    Cell.of(span.people()),
                    Cell.of(span.decision().reason())));
        }
        if (sheet.isEmpty()) {
            draft.empty("It never served.", "");
        }
        return draft.sheet(sheet).done();
    }

    private static Section difference(@Nullable RunDifference difference, String from, String to) {
        SectionDraft draft = new SectionDraft("What differs between their trainings");
        if (difference == null) {
            return draft.empty("The run of one of them is not known any more.", "").done();
        }
        SheetDraft metrics = new SheetDraft("Metrics").words("Metric").numbers(from, to);
        difference.metrics().stream().filter(metric -> !Objects.equals(metric.a(), metric.b())).limit(MOST).forEach(metric ->
                metrics.row(List.of(Cell.of(metric.name()), measured(metric.a()), measured(metric.b()))));
        SheetDraft others = new SheetDraft("Parameters, data and definitions").words("What", "Of", from, to);
        difference.lines().stream().limit(MOST).forEach(line -> others.row(List.of(
                Cell.of(line.name()), Cell.of(line.section()), text(line.a()), text(line.b()))));
        if (metrics.isEmpty() && others.isEmpty()) {
            draft.empty("Nothing that was recorded differs.", "");
        }
        return draft.sheet(metrics).sheet(others).done();
    }

    static Cell measured(RunDifference.@Nullable Measured value) {
        return value == null
                ? Cell.of(Text.NONE)
                : SheetDraft.estimate(
                        value.value(),
                        value.lower(),
                        value.upper(),
                        number -> Double.isFinite(number) ? PolicyLine.number(number) : Text.NONE);
    }

    /** A text; of a long hash its beginning. */
    static Cell text(@Nullable String text) {
        if (text == null) {
            return Cell.of(Text.NONE);
        }
        return Cell.of(HASH.matcher(text).matches() ? text.substring(0, SHORT) + " …" : text);
    }
}
