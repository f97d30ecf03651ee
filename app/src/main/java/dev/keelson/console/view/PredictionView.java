package dev.keelson.console.view;

import java.util.List;

/**
 * One prediction.
 *
 * @param shell what every page shares
 * @param id its id
 * @param facts who, when, which version
 * @param bar the probabilities drawn
 * @param classes class and probability
 * @param outcome what happened, in a sentence
 * @param why what each feature contributed
 * @param features name and value of each input; empty when their names are not known
 */
public record PredictionView(
        Shell shell, String id, List<Fact> facts, Markup bar, List<Fact> classes, String outcome, Section why, List<Fact> features) {}
