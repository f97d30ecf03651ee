package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.ReportCharts.Estimate;
import dev.keelson.console.view.Badge;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.SectionsView;
import dev.keelson.console.view.Sheet.Cell;
import dev.keelson.console.view.Shell;
import dev.keelson.http.Backend;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The policies that size stakes: their versions and what these are judged to bring. Read only. */
final class BanditPage {
    private static final String EVALUATION = "evaluation.json";
    /** The estimator that is told of each version: the first of these that was made. */
    private static final List<String> ESTIMATORS = List.of("full_information", "doubly_robust", "snips", "ips");

    private final Backend backend;
    private final ZoneId zone;

    BanditPage(Backend backend) {
        this.backend = backend;
        this.zone = backend.project().zone();
    }

    SectionsView list(Shell shell) {
        SectionDraft draft = new SectionDraft("Policies that size stakes");
        SheetDraft sheet = new SheetDraft("Bandits")
                .words("Bandit", "Source", "Algorithm", "Champion")
                .numbers("Versions", "Decisions logged", "With their outcome");
        for (JsonNode bandit : backend.bandits().list().path("bandits")) {
            String name = bandit.path("name").asText();
            sheet.row(List.of(
                    Cell.link(name, "/bandits/" + Paging.encoded(name)),
                    Cell.of(bandit.path("source").asText()),
                    Cell.of(bandit.path("algorithm").asText()),
                    Cell.of(champion(bandit)),
                    Cell.of(Text.count(bandit.path("versions").asLong())),
                    Cell.of(Text.count(bandit.path("decisions").asLong())),
                    Cell.of(Text.count(bandit.path("rewards").asLong()))));
        }
        if (sheet.isEmpty()) {
            draft.empty("Switched off: the project file declares no `bandits`.", "keelson validate");
        }
        return new SectionsView(shell, "Bandits", List.of(), List.of(draft.sheet(sheet).done()));
    }

    private static String champion(JsonNode bandit) {
        return bandit.path("champion").isNumber() ? "v" + bandit.path("champion").asInt() : "none";
    }

    SectionsView one(Shell shell, String name) {
        JsonNode bandit = backend.bandits().show(name);
        List<Section> sections = new ArrayList<>();
        sections.add(new SectionDraft("About")
                .fact("Champion", champion(bandit))
                .fact("Source", bandit.path("source").asText())
                .fact("Algorithm", bandit.path("algorithm").asText())
                .fact("Reward", Text.words(bandit.path("reward").asText()))
                .fact("Shares of the Kelly stake", joined(bandit.path("actions")))
                .fact("Looks at", joined(bandit.path("context")))
                .fact("Decisions logged", Text.count(bandit.path("decisions").asLong()))
                .fact("With their outcome", Text.count(bandit.path("rewards").asLong()))
                .done());
        sections.add(versions(bandit));
        JsonNode newest = bandit.path("versions").path(0);
        if (newest.isObject()) {
            sections.add(estimates(newest));
        }
        sections.add(decisions(bandit));
        return new SectionsView(shell, name, List.of(new Section.Link("All bandits", "/bandits")), sections);
    }

    private static String joined(JsonNode list) {
        return list.valueStream().map(JsonNode::asText).collect(Collectors.joining(", "));
    }

    private Section versions(JsonNode bandit) {
        SheetDraft sheet = new SheetDraft("Versions")
                .words("Version", "Verdict", "Learnt from decisions to")
                .numbers("Mean reward", "Difference to the current policy", "Its lower bound", "Rows judged");
        for (JsonNode version : bandit.path("versions")) {
            JsonNode metrics = version.path("metrics");
            String estimator = ESTIMATORS.stream().filter(metrics::has).findFirst().orElse("ips");
            boolean better = version.path("verdict").asText().equals("better");
            boolean serves = version.path("version").asInt() == bandit.path("champion").asInt(-1);
            sheet.row(List.of(
                    new Cell(
                            "v" + version.path("version").asInt(),
                            serves ? "champion" : "",
                            "/runs/" + version.path("run_id").asText(),
                            null),
                    Cell.of(new Badge(better ? Badge.Level.OK : Badge.Level.MODERATE, better ? "better" : "refused")),
                    Cell.of(moment(version.path("trained_to"))),
                    Cell.of(Text.fixed(SheetDraft.number(metrics.path(estimator)), 5)),
                    Cell.of(Text.fixed(SheetDraft.number(metrics.path(estimator + "_difference")), 5)),
                    Cell.of(Text.fixed(SheetDraft.number(metrics.path(estimator + "_lower_bound")), 5)),
                    Cell.of(Text.count(metrics.path("judged_rows").asLong()))));
        }
        SectionDraft draft = new SectionDraft("Versions");
        return sheet.isEmpty()
                ? draft.empty("Nothing yet: no policy was learnt.", "keelson bandit train " + bandit.path("name").asText()).done()
                : draft.sheet(sheet).done();
    }

    private String moment(JsonNode at) {
        return at.isTextual() ? Text.minute(Instant.parse(at.asText()), zone) : Text.NONE;
    }

    private Section estimates(JsonNode version) {
        SectionDraft draft = new SectionDraft("What v%d would have brought".formatted(version.path("version").asInt()));
        JsonNode document = backend.run(version.path("run_id").asText())
                .flatMap(run -> RunFiles.json(backend, run, EVALUATION))
                .orElse(null);
        if (document == null) {
            return draft.empty("Not kept: its run has no evaluation.", "").done();
        }
        JsonNode evaluation = document.path("evaluation");
        boolean better = evaluation.path("better").asBoolean();
        draft.badge(new Badge(better ? Badge.Level.OK : Badge.Level.MODERATE, better ? "better" : "refused"))
                .lead(document.path("sentence").asText(evaluation.path("sentence").asText()))
                .fact("Compared with", document.path("current").asText())
                .fact("Judged from", moment(document.path("judged_from")))
                .fact("Judged to", moment(document.path("judged_to")))
                .fact("Effective rows", Text.count(Math.round(evaluation.path("overlap").path("effective_rows").asDouble())))
                .fact("Greatest weight", Text.short3(SheetDraft.number(evaluation.path("overlap").path("max_weight"))));
        List<Estimate> drawn = new ArrayList<>();
        SheetDraft sheet = new SheetDraft("Estimates of the mean reward")
                .words("Estimator")
                .numbers("This policy", "Current policy", "Difference", "Lower bound");
        evaluation.path("estimates").properties().forEach(entry -> {
            JsonNode each = entry.getValue();
            String name = name(entry.getKey());
            sheet.row(List.of(
                    Cell.of(name),
                    estimate(each.path("candidate")),
                    estimate(each.path("current")),
                    estimate(each.path("difference")),
                    Cell.of(Text.fixed(SheetDraft.number(each.path("lower_bound")), 5))));
            JsonNode difference = each.path("difference");
            drawn.add(new Estimate(
                    name,
                    SheetDraft.number(difference.path("estimate")),
                    SheetDraft.number(difference.path("lower")),
                    SheetDraft.number(difference.path("upper")),
                    entry.getKey().equals(evaluation.path("judge").asText()) ? "decides" : ""));
        });
        if (!drawn.isEmpty()) {
            draft.broad(ReportCharts.estimates(
                    "Difference of the mean reward to the current policy, with 95 % intervals",
                    drawn,
                    0,
                    "difference of the mean reward to the current policy; dashed: none",
                    value -> Text.fixed(value, 5)));
        }
        return draft.sheet(sheet)
                .note("By logged decisions and their propensities that it was not learnt from; a policy whose lower bound is not above 0 is refused.")
                .done();
    }

    private static String name(String estimator) {
        return estimator.equals("ips") || estimator.equals("snips")
                ? estimator.toUpperCase(Locale.ROOT)
                : Text.words(estimator);
    }

    private static Cell estimate(JsonNode node) {
        return SheetDraft.estimate(
                SheetDraft.number(node.path("estimate")),
                SheetDraft.number(node.path("lower")),
                SheetDraft.number(node.path("upper")),
                value -> Text.fixed(value, 5));
    }

    private Section decisions(JsonNode bandit) {
        SheetDraft sheet = new SheetDraft("What was decided").words("When", "What", "Version", "By", "Why");
        for (JsonNode entry : bandit.path("audit")) {
            sheet.row(List.of(
                    Cell.of(moment(entry.path("at"))),
                    Cell.of(Badges.action(entry.path("action").asText())),
                    Cell.of(entry.path("version").isNumber() ? "v" + entry.path("version").asInt() : Text.NONE),
                    Cell.of(entry.path("actor").asText()),
                    Cell.of(entry.path("reason").asText())));
        }
        SectionDraft draft = new SectionDraft("Decisions");
        return sheet.isEmpty()
                ? draft.empty("Nothing yet: nothing was registered, promoted or refused.", "keelson bandit train " + bandit.path("name").asText()).done()
                : draft.sheet(sheet).done();
    }
}
