package dev.keelson.console;

import dev.keelson.console.view.Action;
import dev.keelson.console.view.Action.Option;
import dev.keelson.console.view.Block;
import dev.keelson.console.view.BlocksView;
import dev.keelson.console.view.ModelView;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.Sheet.Cell;
import dev.keelson.console.view.Shell;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.ServiceHistory;
import dev.keelson.registry.governance.ServingTimeline;
import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.registry.tracking.RegisteredModel;
import dev.keelson.registry.tracking.RegisteredVersion;
import dev.keelson.registry.tracking.Search;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A registered model: its versions, what served when, and what can be done. */
final class RegisteredModelPage {
    private static final int SIZE = 50;
    private static final int CHOICES = 200;
    private static final int SPANS = 50;
    private static final int ALL = Integer.MAX_VALUE;

    private final Backend backend;
    private final String model;
    private final ZoneId zone;
    private final boolean own;

    RegisteredModelPage(Backend backend, String model) {
        this.backend = backend;
        this.model = model;
        this.zone = backend.project().zone();
        this.own = backend.project().models().stream().anyMatch(each -> each.name().equals(model));
    }

    /** What the catalogue has of it. */
    private record Stored(
            @Nullable RegisteredModel model,
            List<RegisteredVersion> versions,
            boolean more,
            List<RegisteredVersion> choices,
            List<ModelVersion> servable,
            @Nullable ModelVersion champion,
            @Nullable Integer before) {}

    private Stored stored(int page) {
        return backend.catalog().read(tx -> {
            RegisteredModel found = tx.registry().model(model).orElse(null);
            if (found == null && !own) {
                throw new KeelsonException(
                        ErrorCode.MODEL_NOT_FOUND,
                        "There is no registered model (%s).".formatted(model),
                        "Maybe it was renamed or deleted: look at the audit trail.");
            }
            Search.Page<RegisteredVersion> versions = tx.registry().searchVersions(search(SIZE, (page - 1L) * SIZE));
            ModelVersion champion = tx.alias(model, ModelVersion.CHAMPION).orElse(null);
            return new Stored(
                    found,
                    versions.items(),
                    versions.more(),
                    tx.registry().searchVersions(search(CHOICES, 0)).items(),
                    tx.versions(model),
                    champion,
                    champion == null
                            ? null
                            : ServiceHistory.of(tx.audit(model, ALL), champion.version()).before().orElse(null));
        });
    }

    private Search search(int limit, long offset) {
        return new Search(
                List.of(Search.Clause.text(Search.Entity.ATTRIBUTE, "name", Search.Comparison.EQUAL, model)),
                List.of(new Search.SortKey(Search.Entity.ATTRIBUTE, "version_number", false)),
                Lifecycle.View.ACTIVE_ONLY,
                limit,
                offset);
    }

    BlocksView view(Shell shell, int page) {
        Stored stored = stored(page);
        List<Block> blocks = new ArrayList<>();
        backend.governance().pending().stream()
                .filter(approval -> approval.model().equals(model))
                .forEach(approval -> blocks.add(Promotions.waiting(approval, zone)));
        blocks.add(Block.of(versions(stored, page), side(stored)));
        ServingTimeline timeline = backend.governance().history(model);
        blocks.add(history(timeline));
        if (!stored.choices().isEmpty()) {
            blocks.add(Block.of(changes(stored), actions(stored, timeline)));
        }
        List<Section.Link> links = new ArrayList<>();
        links.add(new Section.Link("Registry", "/registry"));
        if (own) {
            links.add(new Section.Link("Metrics, drift and settings", "/models/" + Paging.encoded(model)));
        }
        links.add(new Section.Link("Audit trail", "/audit?model=" + Paging.encoded(model)));
        return new BlocksView(shell, model, links, blocks);
    }

    private Section versions(Stored stored, int page) {
        SectionDraft draft = new SectionDraft("Versions");
        RegisteredModel found = stored.model();
        if (found != null) {
            draft.lead(found.description());
            found.aliases().forEach((alias, version) -> draft.fact(alias, "v" + version));
            found.tags().forEach(draft::fact);
        }
        SheetDraft sheet = new SheetDraft("Versions of " + model)
                .words("Version", "Stage", "Role", "Aliases", "Source", "Run", "Registered", "Tags", "Description");
        for (RegisteredVersion version : stored.versions()) {
            sheet.row(List.of(
                    Cell.link("v" + version.version(), Promotions.address(model, version.version())),
                    Cell.of(Promotions.stage(version.stage())),
                    Cell.of(Promotions.role(version)),
                    Cell.of(version.aliases().isEmpty() ? Text.NONE : String.join(", ", version.aliases())),
                    Cell.of(version.trained() == null ? "client" : "Keelson", version.source()),
                    run(version),
                    Cell.of(Text.minute(version.createdAt(), zone), version.user()),
                    Cell.of(tags(version)),
                    Cell.of(version.description().isEmpty() ? Text.NONE : version.description())));
        }
        if (sheet.isEmpty()) {
            draft.empty(
                    page > 1 ? "Nothing on this page." : "Nothing yet: no version of this model was trained or registered.",
                    page > 1 ? "" : "keelson run");
        }
        if (page > 1) {
            draft.link("Before", Promotions.address(model) + (page == 2 ? "" : "?page=" + (page - 1)));
        }
        if (stored.more()) {
            draft.link("Next", Promotions.address(model) + "?page=" + (page + 1));
        }
        return draft.sheet(sheet).done();
    }

    static Cell run(RegisteredVersion version) {
        String run = version.runId();
        return run == null || run.isEmpty()
                ? Cell.of(Text.NONE)
                : Cell.link(run.substring(0, Math.min(8, run.length())), "/runs/" + Paging.encoded(run));
    }

    private static String tags(RegisteredVersion version) {
        return version.tags().isEmpty()
                ? Text.NONE
                : version.tags().entrySet().stream()
                        .map(tag -> tag.getKey() + "=" + tag.getValue())
                        .collect(Collectors.joining(", "));
    }

    /** The form that puts two versions side by side. */
    private List<Action> side(Stored stored) {
        if (stored.choices().size() < 2) {
            return List.of();
        }
        List<Option> versions = options(stored);
        return List.of(new ActionDraft("Put side by side", "/version-comparison")
                .get()
                .hidden("model", model)
                .choice("version", "Version", versions.get(1).value(), versions)
                .choice("version", "and version", versions.getFirst().value(), versions)
                .done());
    }

    private static List<Option> options(Stored stored) {
        return stored.choices().stream()
                .map(version -> Promotions.option(version.version(), version.stage().word()))
                .toList();
    }

    private Block history(ServingTimeline timeline) {
        SectionDraft draft = new SectionDraft("What served when");
        if (timeline.spans().isEmpty()) {
            return Block.of(draft.empty(
                            "Nothing yet: no version of this model ever served.", own ? "keelson run" : "")
                    .done());
        }
        Instant now = backend.clock().instant();
        draft.broad(ServingChart.of(timeline, now, zone));
        SheetDraft sheet = new SheetDraft("When each version served").words("Version", "From", "To", "For", "Decided by");
        List<ModelView.Decision> decisions = new ArrayList<>();
        for (ServingTimeline.Span span : timeline.spans().reversed().stream().limit(SPANS).toList()) {
            Instant to = span.to();
            sheet.row(List.of(
                    Cell.link("v" + span.version(), Promotions.address(model, span.version())),
                    Cell.of(Text.minute(span.from(), zone)),
                    Cell.of(to == null ? "serves now" : Text.minute(to, zone)),
                    Cell.of(lasted(span.from(), to == null ? now : to)),
                    Cell.of(span.people(), span.forced() ? "against its policy" : span.decision().action())));
            decisions.add(Promotions.decision(span.decision(), "v" + span.version(), zone));
        }
        int spans = timeline.spans().size();
        draft.note("Blue serves now, orange came by a rollback, a dashed edge came against its policy.");
        if (spans > SPANS) {
            draft.note("The last %d of %s times are listed; the audit trail has all.".formatted(SPANS, Text.count(spans)));
        }
        return new Block(
                draft.sheet(sheet)
                        .link("As JSON", own ? "/api/v1/models/" + Paging.encoded(model) + "/history" : "/api/v1/audit?model=" + Paging.encoded(model))
                        .done(),
                decisions,
                List.of(),
                Block.WHOLE);
    }

    private static String lasted(Instant from, Instant to) {
        Duration time = Duration.between(from, to);
        return time.isNegative()
                ? Text.NONE
                : time.toDays() >= 2 ? Text.count(time.toDays()) + " days" : Text.duration(time);
    }

    private static Section changes(Stored stored) {
        ModelVersion champion = stored.champion();
        return new SectionDraft("Change what is used")
                .lead(champion == null ? "No version serves." : "v%d serves.".formatted(champion.version()))
                .note("Each change has its line in the audit trail, with who and why. A version's own page tells whether its policy is met.")
                .done();
    }

    private List<Action> actions(Stored stored, ServingTimeline timeline) {
        ModelVersion champion = stored.champion();
        List<Option> others = stored.servable().stream()
                .filter(version -> !version.equals(champion))
                .limit(CHOICES)
                .map(version -> Promotions.option(
                        version.version(),
                        Text.words(version.kind().name().toLowerCase(Locale.ROOT))
                                + (timeline.served(version.version()) ? "" : ", never served")))
                .toList();
        String none = stored.servable().isEmpty()
                ? "Clients registered all versions: Keelson has no model of them that could serve."
                : others.isEmpty() ? "There is no version but the one that serves." : null;
        ActionDraft promote = new ActionDraft("Promote a version", Promotions.address(model) + "/promote")
                .danger()
                .effect("It will answer every request from now on when its policy is met, or wait for a person when the policy asks for one.");
        List<Action> actions = new ArrayList<>();
        actions.add(Promotions.version(promote, others).whoAndWhy("Why").refused(none).done());
        actions.add(rollback(others, champion, none, stored.before()));
        actions.add(Promotions.stage(model, options(stored), null));
        actions.add(Promotions.alias(model, options(stored)));
        return actions;
    }

    private Action rollback(
            List<Option> others, @Nullable ModelVersion champion, @Nullable String none, @Nullable Integer before) {
        String refusal = champion == null && none == null ? "No version serves, so that there is nothing to go back from." : none;
        String first = Optional.ofNullable(before)
                .map(number -> Integer.toString(number))
                .orElse(others.isEmpty() ? "" : others.getFirst().value());
        return new ActionDraft("Preview a rollback", Promotions.address(model) + "/rollback")
                .get()
                .choice("version", "Go back to", first, others)
                .refused(refusal)
                .done();
    }
}
