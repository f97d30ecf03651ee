package dev.keelson.console;

import dev.keelson.console.view.Action.Option;
import dev.keelson.console.view.Badge;
import dev.keelson.console.view.Badge.Level;
import dev.keelson.console.view.Block;
import dev.keelson.console.view.BlocksView;
import dev.keelson.console.view.Fact;
import dev.keelson.console.view.ModelView;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.Shell;
import dev.keelson.http.Backend;
import dev.keelson.registry.AuditChain;
import dev.keelson.registry.AuditEntry;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;

/** The audit trail, and whether its chain is whole. */
final class AuditPage {
    private static final int ALL = Integer.MAX_VALUE;
    private static final int EXPORTED = 1_000;

    private final Backend backend;
    private final ZoneId zone;

    AuditPage(Backend backend) {
        this.backend = backend;
        this.zone = backend.project().zone();
    }

    /**
     * What is asked for; an empty text asks for nothing.
     *
     * @param model about which model
     * @param actor who did it
     * @param action what was done
     * @param head a hash that was noted earlier
     * @param whole whether every line of the chain is verified, and not the new ones alone
     */
    record Asked(String model, String actor, String action, String head, boolean whole) {
        private boolean fits(AuditEntry entry) {
            return (model.isEmpty() || entry.model().equals(model))
                    && (actor.isEmpty() || entry.actor().equals(actor))
                    && (action.isEmpty() || entry.action().equals(action));
        }
    }

    BlocksView view(Shell shell, Asked asked, int page) {
        List<AuditEntry> all = backend.governance().audit(null, ALL);
        List<AuditEntry> found = all.stream().filter(asked::fits).toList();
        Map<String, String> export = new LinkedHashMap<>();
        export.put("model", asked.model());
        export.put("limit", Integer.toString(EXPORTED));
        List<Section.Link> links = List.of(
                new Section.Link("Registry", "/registry"),
                new Section.Link("Latest " + Text.count(EXPORTED) + " lines as JSON", Paging.address("/api/v1/audit", export)),
                new Section.Link("State of the chain as JSON", "/api/v1/audit/verify"));
        return new BlocksView(shell, "Audit trail", links, List.of(chain(asked), lines(asked, all, found, page)));
    }

    private Block chain(Asked asked) {
        long from = 0;
        AuditChain.Verification verified;
        if (asked.head().isEmpty()) {
            AuditChain.Look look = backend.governance().look(asked.whole());
            verified = look.verification();
            from = look.from();
        } else {
            verified = backend.governance().verify(asked.head());
        }
        String finding = verified.finding();
        SectionDraft draft = new SectionDraft("State of the chain")
                .badge(finding == null ? new Badge(Level.OK, "sound") : new Badge(Level.HIGH, "broken"))
                .lead(
                        finding == null
                                ? "Each line follows from the one before it."
                                : "The audit trail is broken: " + finding)
                .fact("Lines looked at", Text.count(verified.lines()))
                .fact("Last sound hash", verified.head())
                .note("Note the hash elsewhere: given back later, it shows that nothing was cut off at the end or made anew.");
        if (from > 0) {
            draft.note("Lines before line %s were verified when this page was opened before; that line and those after it now."
                    .formatted(Text.count(from)));
        }
        if (!asked.head().isEmpty() && finding == null) {
            draft.note("The hash that was given is one of its lines.");
        }
        ActionDraft form = new ActionDraft("Look for it", "/audit").get().text("head", "A hash noted earlier", asked.head(), false);
        ActionDraft whole = new ActionDraft("Verify every line", "/audit").get().hidden("whole", "true");
        return Block.of(draft.done(), List.of(whole.done(), form.done()));
    }

    private Block lines(Asked asked, List<AuditEntry> all, List<AuditEntry> found, int page) {
        SectionDraft draft = new SectionDraft("Lines, newest first");
        if (all.isEmpty()) {
            draft.empty("Nothing yet: nothing was registered, promoted or refused.", "keelson run");
            return Block.of(draft.done());
        }
        if (found.isEmpty()) {
            draft.empty("Filtered away: none of the %s lines is of that kind.".formatted(Text.count(all.size())), "")
                    .link("Show all", "/audit");
        } else {
            draft.note(
                    found.size() == all.size()
                            ? "%s lines.".formatted(Text.count(all.size()))
                            : "%s of %s lines.".formatted(Text.count(found.size()), Text.count(all.size())));
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("model", asked.model());
        parameters.put("actor", asked.actor());
        parameters.put("action", asked.action());
        parameters.put("head", asked.head());
        ActionDraft filter = new ActionDraft("Filter", "/audit")
                .get()
                .hidden("head", asked.head())
                .choice("model", "Model", asked.model(), options(all, AuditEntry::model, asked.model()))
                .choice("actor", "Who", asked.actor(), options(all, AuditEntry::actor, asked.actor()))
                .choice("action", "What", asked.action(), options(all, AuditEntry::action, asked.action()));
        return new Block(
                draft.done(),
                Paging.slice(found, page).stream().map(this::line).toList(),
                List.of(filter.done()),
                Paging.pages(found.size(), page, new String[] {"line", "lines"}, "/audit", parameters));
    }

    /** The words that occur, and the one that was asked for. */
    private static List<Option> options(List<AuditEntry> all, Function<AuditEntry, String> of, String asked) {
        TreeSet<String> words = new TreeSet<>();
        all.forEach(entry -> words.add(of.apply(entry)));
        if (!asked.isEmpty()) {
            words.add(asked);
        }
        words.remove("");
        List<Option> options = new ArrayList<>(List.of(new Option("", "any")));
        words.forEach(word -> options.add(new Option(word, word)));
        return options;
    }

    private ModelView.Decision line(AuditEntry entry) {
        String about = entry.model() + (entry.version() == null ? "" : " v" + entry.version());
        ModelView.Decision decision = Promotions.decision(entry, about, zone);
        List<Fact> evidence = new ArrayList<>(List.of(Fact.of("line", Text.count(entry.sequence()))));
        evidence.addAll(decision.evidence());
        return new ModelView.Decision(
                decision.when(), decision.actor(), decision.badge(), decision.version(), decision.reason(), evidence);
    }
}
