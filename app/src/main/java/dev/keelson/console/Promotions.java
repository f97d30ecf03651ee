package dev.keelson.console;

import dev.keelson.console.view.Action;
import dev.keelson.console.view.Action.Option;
import dev.keelson.console.view.Badge;
import dev.keelson.console.view.Badge.Level;
import dev.keelson.console.view.Block;
import dev.keelson.console.view.ModelView;
import dev.keelson.console.view.Sheet.Cell;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.governance.Approval;
import dev.keelson.registry.governance.PolicyLine;
import dev.keelson.registry.governance.PolicyReport;
import dev.keelson.registry.governance.Role;
import dev.keelson.registry.tracking.RegisteredVersion;
import dev.keelson.registry.tracking.Stage;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the pages of the registry have in common: policies line by line, requests, forms, lines of the trail. */
final class Promotions {
    static final String CLIENTS = "A client registered it: Keelson has no model of it that could serve.";

    private Promotions() {}

    static String address(String model) {
        return "/registry/" + Paging.encoded(model);
    }

    static String address(String model, int version) {
        return address(model) + "/versions/" + version;
    }

    /** The conditions of a policy, one a row. */
    static SheetDraft lines(PolicyReport report) {
        SheetDraft sheet = new SheetDraft("Conditions of the policy")
                .words("Condition", "Asked by")
                .numbers("Observed", "Needed")
                .words("Holds", "In words");
        for (PolicyLine line : report.lines()) {
            sheet.row(List.of(
                    Cell.of(line.condition()),
                    Cell.of(line.rule()),
                    SheetDraft.estimate(
                            line.observed(),
                            line.lower(),
                            line.upper(),
                            value -> Double.isFinite(value) ? PolicyLine.number(value) : Text.NONE),
                    Cell.of(line.needed()),
                    Cell.of(state(line.state())),
                    Cell.of(line.sentence())));
        }
        return sheet;
    }

    static Badge state(PolicyLine.State state) {
        return switch (state) {
            case PASSED -> new Badge(Level.OK, "passed");
            case FAILED -> new Badge(Level.HIGH, "failed");
            case NOT_YET_KNOWN -> new Badge(Level.UNKNOWN, "not yet known");
        };
    }

    static Badge stage(Stage stage) {
        return switch (stage) {
            case PRODUCTION -> new Badge(Level.OK, stage.word());
            case STAGING -> new Badge(Level.MODERATE, stage.word());
            case NONE, ARCHIVED -> new Badge(Level.OFF, stage.word());
        };
    }

    static Badge role(RegisteredVersion version) {
        Role role = Role.of(version);
        return switch (role) {
            case CHAMPION -> new Badge(Level.OK, role.word());
            case CHALLENGER -> new Badge(Level.MODERATE, role.word());
            case EXPERIMENTAL, RETIRED -> new Badge(Level.OFF, role.word());
        };
    }

    /** A request that waits, with what it rests on and the two answers. */
    static Block waiting(Approval approval, ZoneId zone) {
        PolicyReport report = approval.report();
        String label = "v" + approval.version();
        Integer champion = report.champion();
        SectionDraft draft = new SectionDraft(approval.model() + " " + label + " waits for a person")
                .badge(new Badge(Level.MODERATE, "waiting"))
                .lead(approval.requester() + " asks: " + approval.reason())
                .fact("Asked by", approval.requester())
                .fact("Asked at", Text.minute(approval.requestedAt(), zone))
                .fact("Policy", report.policy().isEmpty() ? "none" : report.policy())
                .fact("Serves now", champion == null ? "none" : "v" + champion)
                .note("The conditions as they stood at that time; they are looked at once more when somebody agrees. "
                        + "Who asked cannot agree.")
                .sheet(lines(report))
                .link("The version", address(approval.model(), approval.version()));
        if (champion != null) {
            draft.link("Beside v" + champion, comparison(approval.model(), List.of(champion, approval.version())));
        }
        return Block.of(
                draft.done(),
                List.of(
                        new ActionDraft("Approve " + label, address(approval.model()) + "/approve")
                                .danger()
                                .hidden("version", Integer.toString(approval.version()))
                                .effect("%s will answer every request from now on%s."
                                        .formatted(label, champion == null ? "" : "; v%d is archived and can be gone back to".formatted(champion)))
                                .whoAndWhy("Comment")
                                .done(),
                        new ActionDraft("Reject " + label, address(approval.model()) + "/reject")
                                .hidden("version", Integer.toString(approval.version()))
                                .effect("%s is archived and is no challenger any more; what serves stays.".formatted(label))
                                .whoAndWhy("Comment")
                                .done()));
    }

    static String comparison(String model, List<Integer> versions) {
        StringBuilder address = new StringBuilder("/version-comparison?model=").append(Paging.encoded(model));
        versions.forEach(version -> address.append("&version=").append(version));
        return address.toString();
    }

    static Action stage(String model, List<Option> versions, @Nullable String refusal) {
        List<Option> stages =
                Arrays.stream(Stage.values()).map(stage -> new Option(stage.word(), stage.word())).toList();
        ActionDraft draft = new ActionDraft("Move to a stage", address(model) + "/stage")
                .effect("Of a model of the project, Production is a promotion and meets its policy.");
        return version(draft, versions)
                .choice("stage", "Stage", Stage.STAGING.word(), stages)
                .tick("archive_existing", "Archive the others of that stage")
                .whoAndWhy("Why")
                .refused(refusal)
                .done();
    }

    static Action alias(String model, List<Option> versions) {
        ActionDraft draft = new ActionDraft("Set or remove an alias", address(model) + "/alias")
                .effect("The alias points to this version and to no other. Of a model of the project, champion is a promotion.");
        return version(draft, versions)
                .text("alias", "Alias", "", true)
                .tick("remove", "Remove it instead")
                .whoAndWhy("Why")
                .done();
    }

    static ActionDraft version(ActionDraft draft, List<Option> versions) {
        return versions.size() == 1
                ? draft.hidden("version", versions.getFirst().value())
                : draft.choice("version", "Version", versions.isEmpty() ? "" : versions.getFirst().value(), versions);
    }

    static Option option(int version, String more) {
        return new Option(Integer.toString(version), "v" + version + (more.isEmpty() ? "" : ", " + more));
    }

    /** A line of the trail. */
    static ModelView.Decision decision(AuditEntry entry, String version, ZoneId zone) {
        return new ModelView.Decision(
                Text.minute(entry.at(), zone),
                entry.actor(),
                Badges.action(entry.action()),
                version,
                entry.reason(),
                Documents.facts(entry.evidence(), zone));
    }
}
