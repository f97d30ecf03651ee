package dev.keelson.learn.ensemble;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.learn.Fit;
import dev.keelson.learn.FitControl;
import dev.keelson.learn.FitControl.MemberBudget;
import dev.keelson.learn.Learner;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.logistic.LogisticConfig;
import dev.keelson.learn.logistic.LogisticLearner;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MemberBudgetTest {
    private static final TrainingSet ROWS =
            Ensembles.rows(200, 3, 1, 7, new Task.Classification(List.of("down", "up")));

    private static Learner logistic(double l2) {
        return new LogisticLearner(LogisticConfig.defaults().withL2(l2));
    }

    @ParameterizedTest
    @EnumSource
    void ensembleOfTheFirstMembersIsTheOneThatHasNoOthers(EnsembleKind kind) {
        EnsembleLearner three = Ensembles.of(kind, Map.of(), logistic(1), logistic(30), logistic(900));
        EnsembleLearner two = Ensembles.of(kind, Map.of(), logistic(1), logistic(30));

        Fit kept = three.fit(ROWS, FitControl.NONE.withMembers(MemberBudget.first(2)), 5);

        assertThat(kept.steps()).isEqualTo(2);
        assertThat(kept.model().predictAll(ROWS.features()))
                .isEqualTo(two.fit(ROWS, 5).predictAll(ROWS.features()));
        assertThat(three.fit(ROWS, FitControl.NONE, 5).steps()).isEqualTo(3);
    }

    @Test
    void firstMemberIsFittedWhateverTheBudget() {
        List<Integer> asked = new ArrayList<>();
        EnsembleLearner three =
                Ensembles.of(EnsembleKind.GREEDY, Map.of(), logistic(1), logistic(30), logistic(900));

        Fit fit = three.fit(
                ROWS,
                FitControl.NONE.withMembers(fitted -> {
                    asked.add(fitted);
                    return false;
                }),
                5);

        assertThat(fit.steps()).isEqualTo(1);
        assertThat(asked).containsExactly(1);
    }

    @Test
    void weightsOfAVoteAreSharedAmongThoseThatCame() {
        EnsembleLearner weighted =
                Ensembles.of(EnsembleKind.VOTING, Map.of("weights", "3,1,4"), logistic(1), logistic(30), logistic(900));
        EnsembleLearner two = Ensembles.of(EnsembleKind.VOTING, Map.of("weights", "3,1"), logistic(1), logistic(30));

        Fit kept = weighted.fit(ROWS, FitControl.NONE.withMembers(MemberBudget.first(2)), 5);

        assertThat(kept.model().predictAll(ROWS.features()))
                .isEqualTo(two.fit(ROWS, 5).predictAll(ROWS.features()));
    }
}
