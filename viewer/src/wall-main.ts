// The entry of the command centre's wall: styles, then the wall.
import './styles/wall-main.css';
import { startWall } from './wall/start';

const root = document.getElementById('wall');
if (root) startWall(root);
