package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.view.Action;
import dev.keelson.console.view.Block;
import dev.keelson.console.view.BlocksView;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.Sheet.Cell;
import dev.keelson.console.view.Shell;
import dev.keelson.http.Backend;
import dev.keelson.http.Jobs;
import dev.keelson.http.Jobs.Job;
import dev.keelson.http.PolicyRequest;
import dev.keelson.train.ModelDefinition;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Policies of retraining compared over a model's history, and advice on a schedule: begin, follow, read. */
final class PolicyPage {
    private static final int SHOWN = 20;

    private final Backend backend;
    private final ModelDefinition model;
    private final ZoneId zone;

    PolicyPage(Backend backend, ModelDefinition model) {
        this.backend = backend;
        this.model = model;
        this.zone = backend.project().zone();
    }

    /** @param id of the comparison that is shown, or null for the latest that is done */
    BlocksView view(Shell shell, @Nullable String id) {
        List<Block> blocks = new ArrayList<>();
        List<Section.Link> links = new ArrayList<>();
        List<Job<PolicyRequest>> comparisons = mine(backend.policyComparisons());
        List<Job<PolicyRequest>> advice = mine(backend.scheduleAdvice());
        boolean live = false;
        for (Job<PolicyRequest> job : concat(comparisons, advice)) {
            if (JobText.running(job)) {
                blocks.add(Block.of(progress(job)));
                live = true;
            }
        }
        Optional<Job<PolicyRequest>> shown = comparisons.stream()
                .filter(job -> job.result() != null && (id == null || job.id().equals(id)))
                .findFirst();
        shown.ifPresent(job -> {
            JsonNode document = job.result();
            if (document != null) {
                PolicySections.comparison(document).forEach(section -> blocks.add(Block.of(section)));
                links.add(new Section.Link("Stand-alone page", "/api/v1/policy-comparisons/" + job.id() + "/page"));
                links.add(new Section.Link("JSON", "/api/v1/policy-comparisons/" + job.id()));
            }
        });
        advice.stream().map(Job::result).filter(result -> result != null).findFirst().ifPresent(document -> {
            if (document != null) {
                PolicySections.advice(document).forEach(section -> blocks.add(Block.of(section)));
            }
        });
        if (blocks.isEmpty()) {
            blocks.add(Block.of(new SectionDraft("Does retraining pay?")
                    .empty(
                            "Nothing yet: no policies of this model were compared. A comparison trains models all through history and says which way to retrain would have been the best, if any.",
                            "keelson policy compare --model " + model.name())
                    .done()));
        }
        blocks.add(Block.of(list(comparisons), actions()));
        return new BlocksView(shell, "", links, blocks, live);
    }

    private List<Job<PolicyRequest>> mine(Jobs<PolicyRequest> jobs) {
        return jobs.list().stream()
                .filter(job -> job.request().model().equals(model.name()))
                .toList();
    }

    private static <T> List<T> concat(List<T> a, List<T> b) {
        List<T> all = new ArrayList<>(a);
        all.addAll(b);
        return all;
    }

    private Section progress(Job<PolicyRequest> job) {
        String stage = job.progress().stage();
        return new SectionDraft("Running")
                .badge(JobText.badge(job.state()))
                .lead("Since %s: %d of %d steps%s."
                        .formatted(
                                Text.minute(job.startedAt(), zone),
                                job.progress().done(),
                                job.progress().of(),
                                stage == null ? "" : ", " + stage.replace('_', ' ')))
                .done();
    }

    private Section list(List<Job<PolicyRequest>> comparisons) {
        SheetDraft sheet = new SheetDraft("Comparisons").words("Begun", "State", "What it says");
        comparisons.stream().limit(SHOWN).forEach(job -> {
            JsonNode result = job.result();
            sheet.row(List.of(
                    Cell.link(
                            Text.minute(job.startedAt(), zone),
                            "/models/%s/policies?comparison=%s".formatted(model.name(), job.id())),
                    Cell.of(JobText.badge(job.state())),
                    Cell.of(
                            result != null
                                    ? result.path("verdict").path(0).asText()
                                    : job.failure() == null ? Text.NONE : JobText.failure(job))));
        });
        return new SectionDraft("Comparisons").sheet(sheet).done();
    }

    private List<Action> actions() {
        String address = "/models/" + model.name() + "/policies";
        return List.of(HistoryForms.compare(backend.project(), address), HistoryForms.advise(address + "/advice"));
    }
}
