package dev.keelson.console.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One prediction.
 *
 * @param shell what every page shares
 * @param id its id
 * @param links where to go from here
 * @param facts who, when, which version
 * @param bar the probabilities drawn
 * @param classes class and probability, and what was told beside them
 * @param outcome what happened, in a sentence
 * @param why what each feature contributed
 * @param features each input with its value and status
 * @param others the other predictions of the same entity beside this one
 * @param sent what the caller sent along, or null
 */
public record PredictionView(
        Shell shell,
        String id,
        List<Section.Link> links,
        List<Fact> facts,
        Markup bar,
        List<Fact> classes,
        String outcome,
        Section why,
        Section features,
        Section others,
        @Nullable Section sent) {}
