/** How far an alert came with one responder, in the order in which it happens. */
export const REACH_STAGES = ['pushed', 'received', 'seen', 'acknowledged', 'en_route', 'on_scene'] as const;
export type ReachStage = (typeof REACH_STAGES)[number];
