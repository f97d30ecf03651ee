package dev.keelson.control.retrain;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.control.WideDrift;
import dev.keelson.control.job.Planner;
import dev.keelson.registry.job.Job;
import dev.keelson.registry.job.Job.State;
import dev.keelson.registry.job.JobQuery;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.train.RetrainDefinition;
import dev.keelson.train.RetrainDefinition.Action;
import dev.keelson.train.RetrainDefinition.Budget;
import dev.keelson.train.RetrainDefinition.Mode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Whether a model is trained again now: one retraining of a model at a time, no alarm within the cool-down, no more than the budget,
 * and only what its mode lets be done.
 */
final class RetrainRules {
    /** Field of a job's result: whether it trained. */
    static final String TRAINED = "trained";

    /** Field of a job's result: whether it trained and came to a version that there was. */
    static final String UNCHANGED = "unchanged";

    /** Newest jobs that are looked at. */
    private static final int NEWEST = 500;

    private RetrainRules() {}

    /** What the rules say. */
    sealed interface Answer {
        /** It is trained. */
        record Go() implements Answer {}

        /**
         * It is not.
         *
         * @param under the retraining under way because of which it is not, or null
         */
        record Refused(String why, @Nullable Job under) implements Answer {}

        /** It would be, had the mode been to act. */
        record Instead(Mode mode) implements Answer {}
    }

    /**
     * What the rules say now. The mode counts once it is known that there is something to do.
     *
     * @param self the job that asks, which has not trained yet; null when there is none yet
     */
    static Answer of(CatalogTransaction tx, RetrainDefinition definition, RetrainRequest request, @Nullable Job self, Instant now) {
        String model = request.model();
        Trigger trigger = request.trigger();
        List<Job> jobs = RetrainRequest.JOBS.stream()
                .flatMap(kind -> tx.jobs().jobs(new JobQuery(Set.of(), kind, Planner.subject(model), null, null, NEWEST)).stream())
                .filter(each -> self == null || !each.id().equals(self.id()))
                .toList();
        Optional<Job> under = jobs.stream()
                .filter(each -> !each.state().ended() && (self == null || each.startedAt() != null))
                .findFirst();
        if (under.isPresent()) {
            return new Answer.Refused(
                    "The retraining %s of %s is under way%s. `keelson schedule cancel %1$s` would end it."
                            .formatted(under.get().id(), model, under.get().step().isEmpty() ? "" : ": " + under.get().step().replaceAll("\\.$", "")),
                    under.get());
        }
        String small = small(request);
        if (small != null) {
            return new Answer.Refused(small, null);
        }
        List<Job> trainings = jobs.stream().filter(RetrainRules::trained).toList();
        if (trigger.alarm()) {
            Optional<Instant> last = begun(trainings.stream().filter(each -> !unchanged(each))).max(Instant::compareTo).filter(each -> each.plus(definition.coolDown()).isAfter(now));
            if (last.isPresent()) {
                return new Answer.Refused(
                        "The training of %s is less than %s ago (cool-down).".formatted(last.get(), RetrainDefinition.text(definition.coolDown())), null);
            }
        }
        Budget budget = definition.budget();
        if (budget != null && trigger != Trigger.MANUAL) {
            long spent = begun(trainings.stream()).filter(each -> each.plus(budget.within()).isAfter(now)).count();
            if (spent >= budget.most()) {
                return new Answer.Refused(
                        "The budget of %d trainings in %s is spent: there were %d.".formatted(budget.most(), RetrainDefinition.text(budget.within()), spent), null);
            }
        }
        Mode mode = definition.mode(Action.RETRAIN);
        return mode == Mode.ACT || trigger.wanted() || request.unchecked() ? new Answer.Go() : new Answer.Instead(mode);
    }

    /** Why the drift that asks is not worth a training, or null; a limit of the call takes the rule's place. */
    private static @Nullable String small(RetrainRequest request) {
        JsonNode drift = request.drift();
        return request.trigger() != Trigger.DRIFT || drift == null || request.thresholds().containsKey(Thresholds.DRIFT)
                ? null
                : drift.path(WideDrift.NOT_WORTH).textValue();
    }

    private static Stream<Instant> begun(Stream<Job> jobs) {
        return jobs.map(Job::startedAt).flatMap(Stream::ofNullable);
    }

    /** Nothing new came of it: what an alarm would train after it is no repetition. */
    private static boolean unchanged(Job job) {
        return job.result() != null && job.result().path(UNCHANGED).asBoolean();
    }

    /** Whether a job trained, or tried to. */
    private static boolean trained(Job job) {
        return job.state() != State.MISSED
                && (job.result() == null || job.result().path(TRAINED).asBoolean(true));
    }
}
