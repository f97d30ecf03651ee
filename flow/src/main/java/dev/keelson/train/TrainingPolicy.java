package dev.keelson.train;

/**
 * What a model's trainings look at first, and how its champion goes on learning. No part of what a full training makes.
 *
 * @param gates what a check of the data that blocks leads to
 * @param drift what an alarm of the drift check leads to
 * @param leaks what a sign leads to that the rows tell what nobody could know beforehand
 * @param update how a champion goes on
 * @param reinforce how it learns from confident mistakes
 * @param retrain when it is trained again by itself, and what becomes of that
 */
public record TrainingPolicy(
        OnFinding gates, OnFinding drift, OnFinding leaks, UpdateDefinition update, ReinforceDefinition reinforce, RetrainDefinition retrain) {
    /** That of a model which says nothing of it. */
    public static final TrainingPolicy DEFAULT = new TrainingPolicy(
            OnFinding.STOP, OnFinding.WARN, OnFinding.WARN, UpdateDefinition.DEFAULT, ReinforceDefinition.DEFAULT, RetrainDefinition.DEFAULT);

    /** What a finding leads to. */
    public enum OnFinding {
        /** Nothing is trained. */
        STOP,
        /** It is recorded in the run, which goes on. */
        WARN
    }
}
