package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.view.Action;
import dev.keelson.console.view.Action.Option;
import dev.keelson.console.view.Badge;
import dev.keelson.console.view.Badge.Level;
import dev.keelson.console.view.Block;
import dev.keelson.console.view.BlocksView;
import dev.keelson.console.view.Fact;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.Sheet.Cell;
import dev.keelson.console.view.Shell;
import dev.keelson.control.retrain.RetrainChain;
import dev.keelson.http.Backend;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.governance.Approval;
import dev.keelson.registry.governance.Governance;
import dev.keelson.registry.governance.PolicyLine;
import dev.keelson.registry.governance.PolicyReport;
import dev.keelson.registry.tracking.RegisteredVersion;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One registered version: what is known of it, whether it may serve, its card, and what can be done. */
final class RegisteredVersionPage {
    private final Backend backend;
    private final String model;
    private final int number;
    private final ZoneId zone;
    private final boolean own;

    RegisteredVersionPage(Backend backend, String model, int number) {
        this.backend = backend;
        this.model = model;
        this.number = number;
        this.zone = backend.project().zone();
        this.own = backend.project().models().stream().anyMatch(each -> each.name().equals(model));
    }

    BlocksView view(Shell shell) {
        Governance governance = backend.governance();
        RegisteredVersion version = governance.version(model, number);
        ModelVersion champion =
                backend.catalog().read(tx -> tx.alias(model, ModelVersion.CHAMPION)).orElse(null);
        boolean serves = champion != null && champion.version() == number;
        PolicyReport report = version.trained() == null || serves ? null : governance.check(model, number);
        List<Block> blocks = new ArrayList<>();
        List<Approval> waiting = governance.pending().stream()
                .filter(approval -> approval.model().equals(model) && approval.version() == number)
                .toList();
        waiting.forEach(approval -> blocks.add(Promotions.waiting(approval, zone)));
        blocks.add(Block.of(about(version)));
        if (report != null) {
            blocks.add(Block.of(policy(report)));
        }
        whereWorse(governance, version, report).ifPresent(found -> blocks.add(Block.of(worse(found))));
        blocks.add(Block.of(
                new SectionDraft("Change what it is used for")
                        .note("Each change has its line in the audit trail, with who and why.")
                        .done(),
                List.of(
                        promote(version, champion, report, !waiting.isEmpty()),
                        rollback(version, champion, governance.history(model).served(number)),
                        Promotions.stage(
                                model,
                                alone(),
                                own && serves
                                        ? "It serves: it stays in Production until another version is promoted."
                                        : null),
                        Promotions.alias(model, alone()))));
        card(backend.card(model, number).toJson()).forEach(section -> blocks.add(Block.of(section)));
        return new BlocksView(shell, model + " v" + number, links(version, champion), blocks);
    }

    private List<Section.Link> links(RegisteredVersion version, @Nullable ModelVersion champion) {
        List<Section.Link> links = new ArrayList<>();
        links.add(new Section.Link("All versions", Promotions.address(model)));
        String run = version.runId();
        if (run != null && !run.isEmpty()) {
            links.add(new Section.Link("Run", "/runs/" + Paging.encoded(run)));
        }
        if (champion != null && champion.version() != number) {
            links.add(new Section.Link(
                    "Beside v" + champion.version(), Promotions.comparison(model, List.of(champion.version(), number))));
        }
        String api = "/api/v1/models/%s/versions/%d/card".formatted(Paging.encoded(model), number);
        links.add(new Section.Link("Card as Markdown", api + "?format=md"));
        links.add(new Section.Link("Card as JSON", api));
        if (version.trained() != null) {
            links.add(new Section.Link("Lineage", "/lineage?of=" + Paging.encoded("model/" + model + "@v" + number)));
        }
        return links;
    }

    private Section about(RegisteredVersion version) {
        SectionDraft draft = new SectionDraft("About this version")
                .badge(Promotions.role(version))
                .lead(version.description())
                .fact("Stage", version.stage().word())
                .fact("Aliases", version.aliases().isEmpty() ? "none" : String.join(", ", version.aliases()))
                .fact("Registered by", version.user())
                .fact("Registered", Text.minute(version.createdAt(), zone))
                .fact("Changed", Text.minute(version.updatedAt(), zone))
                .fact("Source", version.source());
        ModelVersion trained = version.trained();
        if (trained == null) {
            draft.note(Promotions.CLIENTS);
        } else {
            draft.fact("Why trained", Text.words(trained.kind().name().toLowerCase(Locale.ROOT)))
                    .fact("Outcomes to", Text.day(trained.trainedTo(), zone))
                    .fact("SHA-256", trained.sha256());
        }
        if (version.modelId() != null) {
            draft.fact("Logged model", version.modelId());
        }
        if (version.runLink() != null) {
            draft.fact("Run elsewhere", version.runLink());
        }
        SheetDraft tags = new SheetDraft("Tags").words("Tag", "Value");
        version.tags().forEach((name, value) -> tags.row(List.of(Cell.of(name), Cell.of(value))));
        return draft.sheet(tags).done();
    }

    private static Section policy(PolicyReport report) {
        SectionDraft draft = new SectionDraft("May it serve?").lead(report.decision() + ": " + report.sentence()).sheet(Promotions.lines(report));
        return report.policy().isEmpty() ? draft.done() : draft.badge(Promotions.state(report.verdict())).done();
    }

    /** As it was kept when it was refused, else as it is now of a challenger that its policy refuses: the search takes about a second. */
    private Optional<JsonNode> whereWorse(Governance governance, RegisteredVersion version, @Nullable PolicyReport report) {
        Optional<JsonNode> kept = backend.report(RetrainChain.worseReport(model, number)).map(each -> Documents.read(each.document()));
        boolean refused = report != null
                && report.verdict() == PolicyLine.State.FAILED
                && version.aliases().contains(ModelVersion.CHALLENGER);
        return kept.isEmpty() && refused ? governance.whereWorse(model, number).map(each -> each) : kept;
    }

    private static Section worse(JsonNode found) {
        return new SectionDraft("Where it is worse than v" + found.path("champion").asInt())
                .badge(found.path("worse").asInt() > 0 ? new Badge(Level.MODERATE, "worse somewhere") : new Badge(Level.OK, "nowhere beyond chance"))
                .lead(found.path("verdict").asText())
                .fact("Events that both predicted", Text.count(found.path("rows").asLong()))
                .sheet(ServedPerformancePage.segments(found, "the champion"))
                .note("Intervals and p hold for all segments that were looked at together.")
                .done();
    }

    private List<Option> alone() {
        return List.of(Promotions.option(number, ""));
    }

    /** Why it cannot come to serve whatever its policy says, or null. */
    private @Nullable String never(RegisteredVersion version, @Nullable ModelVersion champion) {
        if (champion != null && champion.version() == number) {
            return "It serves already.";
        }
        return version.trained() == null ? Promotions.CLIENTS : null;
    }

    private Action promote(
            RegisteredVersion version, @Nullable ModelVersion champion, @Nullable PolicyReport report, boolean waits) {
        String refusal = never(version, champion);
        if (refusal == null && waits) {
            refusal = "It waits for a person already.";
        }
        if (refusal == null && report != null && report.verdict() != PolicyLine.State.PASSED) {
            refusal = report.sentence();
        }
        String effect = "v%d will answer every request from now on%s."
                .formatted(
                        number,
                        champion == null ? "" : "; v%d is archived and can be gone back to".formatted(champion.version()));
        return new ActionDraft("Promote v" + number, Promotions.address(model) + "/promote")
                .danger()
                .hidden("version", Integer.toString(number))
                .effect(
                        report != null && report.approval()
                                ? "Another person is asked to agree; until then nothing changes."
                                : effect)
                .whoAndWhy("Why")
                .refused(refusal)
                .done();
    }

    private Action rollback(RegisteredVersion version, @Nullable ModelVersion champion, boolean served) {
        String refusal = never(version, champion);
        if (refusal == null && champion == null) {
            refusal = "No version serves, so that there is nothing to go back from.";
        }
        if (refusal == null && !served) {
            refusal = "It never served, so that going to it is a promotion.";
        }
        return new ActionDraft("Preview a rollback to v" + number, Promotions.address(model) + "/rollback")
                .get()
                .hidden("version", Integer.toString(number))
                .refused(refusal)
                .done();
    }

    // ---- the card

    private List<Section> card(JsonNode card) {
        return card.path("logged").isObject() ? told(card) : trained(card);
    }

    /** Of a version that a client registered: what it told, and what it did not. */
    private static List<Section> told(JsonNode card) {
        JsonNode told = card.path("logged");
        List<Section> sections = new ArrayList<>();
        sections.add(listed("Card: not known", "Not known", card.path("unknown"), ""));
        SectionDraft logged = new SectionDraft("Card: what was logged");
        facts(logged, "", told.path("run"));
        facts(logged, "", told.path("model"));
        SheetDraft texts = new SheetDraft("What was logged").words("Kind", "Name", "Value");
        for (String kind : List.of("params", "tags")) {
            told.path(kind).properties().forEach(each -> texts.row(List.of(
                    Cell.of(kind.substring(0, kind.length() - 1)),
                    Cell.of(each.getKey()),
                    Cell.of(each.getValue().asText()))));
        }
        if (told.path("run").isEmpty() && told.path("model").isEmpty() && texts.isEmpty()) {
            logged.empty("Nothing is known.", "");
        }
        sections.add(logged.sheet(texts).done());
        SheetDraft inputs = new SheetDraft("Data sets").words("Name", "Digest", "Context", "Source");
        told.path("datasets").forEach(each -> inputs.row(List.of(
                Cell.of(each.path("name").asText()),
                Cell.of(each.path("digest").asText()),
                Cell.of(each.path("context").isNull() ? Text.NONE : each.path("context").asText()),
                Cell.of(each.path("source").asText()))));
        SectionDraft data = new SectionDraft("Card: data sets");
        sections.add((inputs.isEmpty() ? data.empty("None were logged.", "") : data).sheet(inputs).done());
        sections.add(signature(card.path("signature")));
        SheetDraft metrics =
                new SheetDraft("Metrics as they were logged").words("Metric", "Of", "Data set").numbers("Last value", "Points", "Step");
        told.path("metrics").forEach(each -> metrics.row(List.of(
                Cell.of(each.path("name").asText()),
                Cell.of(each.path("of").asText()),
                Cell.of(each.path("dataset").isNull() ? Text.NONE : each.path("dataset").asText()),
                Cell.of(number(each.path("value").asDouble(Double.NaN))),
                Cell.of(each.path("points").asText()),
                Cell.of(each.path("step").asText()))));
        SectionDraft measured = new SectionDraft("Card: metrics as they were logged");
        sections.add((metrics.isEmpty() ? measured.empty("None were logged.", "") : measured).sheet(metrics).done());
        sections.add(listed("Card: limits", "Limit", card.path("limits"), "None were found; that is no proof that there are none."));
        return sections;
    }

    private static Section listed(String title, String column, JsonNode texts, String none) {
        SheetDraft sheet = new SheetDraft(column).words(column);
        texts.forEach(each -> sheet.row(List.of(Cell.of(each.asText()))));
        SectionDraft draft = new SectionDraft(title);
        return (sheet.isEmpty() ? draft.empty(none, "") : draft).sheet(sheet).done();
    }

    private static List<Section> trained(JsonNode card) {
        List<Section> sections = new ArrayList<>();
        SectionDraft use = new SectionDraft("Card: what it is for")
                .lead(card.path("intended_use").asText("").isEmpty() || card.path("intended_use").isNull()
                        ? "The project does not say what it is meant for."
                        : card.path("intended_use").asText())
                .fact("Predicts", card.path("predicts").asText());
        facts(use, "classes", card.path("classes"));
        sections.add(use.done());
        sections.add(signature(card.path("signature")));
        sections.add(flat("Card: data", card.path("data")));
        sections.add(metrics(card));
        sections.add(listed("Card: limits", "Limit", card.path("limits"), "None were found; that is no proof that there are none."));
        sections.add(flat("Card: provenance", card.path("provenance")));
        sections.add(checklist(card));
        return sections;
    }

    private static Section signature(JsonNode signature) {
        SheetDraft sheet = new SheetDraft("Signature").words("Name", "Side", "Type", "Required");
        for (String side : List.of("inputs", "outputs")) {
            signature.path(side).forEach(column -> sheet.row(List.of(
                    Cell.of(column.path("name").asText()),
                    Cell.of(side.substring(0, side.length() - 1)),
                    Cell.of(column.path("type").asText()),
                    Cell.of(column.path("required").asBoolean(true) ? "yes" : "no"))));
        }
        SectionDraft draft = new SectionDraft("Card: signature");
        if (sheet.isEmpty()) {
            draft.empty("None is known.", "");
        }
        return draft.sheet(sheet).done();
    }

    private static void facts(SectionDraft draft, String name, JsonNode node) {
        for (Fact fact : Documents.facts(node.toString())) {
            String path = fact.name().isEmpty() ? name : fact.name();
            draft.fact(path.indexOf('.') < 0 ? Text.sentence(Text.words(path)) : path, fact.value());
        }
    }

    private static Section flat(String title, JsonNode node) {
        SectionDraft draft = new SectionDraft(title);
        if (node.isEmpty()) {
            return draft.empty("Nothing is known.", "").done();
        }
        facts(draft, "", node);
        return draft.done();
    }

    private static Section metrics(JsonNode card) {
        SheetDraft sheet = new SheetDraft("Metrics of the test period").words("Metric", "Of").numbers("Value");
        card.path("metrics").forEach(metric -> sheet.row(List.of(
                Cell.of(metric.path("name").asText()), Cell.of("this version"), SheetDraft.estimate(metric, RegisteredVersionPage::number))));
        card.path("baselines").forEach(metric -> sheet.row(List.of(
                Cell.of(metric.path("name").asText()),
                Cell.of(metric.path("baseline").asText()),
                SheetDraft.estimate(metric, RegisteredVersionPage::number))));
        SectionDraft draft = new SectionDraft("Card: metrics of the test period");
        if (sheet.isEmpty()) {
            draft.empty("It was not judged on a test period of its own.", "");
        } else {
            draft.note("With 95 % intervals where they are known.");
        }
        return draft.sheet(sheet).done();
    }

    private static String number(double value) {
        return Double.isFinite(value) ? PolicyLine.number(value) : Text.NONE;
    }

    private static Section checklist(JsonNode card) {
        SectionDraft draft = new SectionDraft("Card: checklist");
        SheetDraft sheet = new SheetDraft("Checklist").words("What", "Found", "In words");
        card.path("checklist").forEach(item -> sheet.row(List.of(
                Cell.of(Text.words(item.path("name").asText())),
                Cell.of(
                        item.path("passed").asBoolean()
                                ? new Badge(Level.OK, "passed")
                                : new Badge(Level.HIGH, "failed")),
                Cell.of(item.path("text").asText()))));
        String run = card.path("provenance").path("run").asText("");
        if (sheet.isEmpty()) {
            draft.empty("Its run is not known, so that it cannot be made again.", "");
        } else if (!run.isEmpty()) {
            draft.link("The run with its checklist", "/runs/" + Paging.encoded(run));
        }
        return draft.sheet(sheet).done();
    }
}
